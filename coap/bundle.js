// Makes the program that starts fast: one file of all that `coapstone get` needs (docs/decisions/cli-arguments.md has the figures).
// Plain JavaScript: `npm ci` runs it with whatever Node is there. Usage: node bundle.js [FOLDER], by default dist/cli.

import { join } from 'node:path'
import { build } from 'esbuild'

const folder = import.meta.dirname

await build({
  entryPoints: [join(folder, 'src/cli/main.ts')],
  outfile: join(process.argv[2] ?? join(folder, 'dist/cli'), 'main.cjs'),
  bundle: true,
  platform: 'node',
  target: 'node24',
  // Node reads CommonJS faster, and gives it its modules without touching all that is in them.
  format: 'cjs',
  conditions: ['@coapstone/source'],
  // What few commands need is loaded when it is needed.
  external: ['#serving', 'bonjour-service'],
  define: { 'import.meta.dirname': '__dirname', 'import.meta.main': 'false' },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
})
