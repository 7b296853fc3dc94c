// Every script in scripts/ is a test: `node --test test/lockstep/lockstep.test.ts`.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runScript } from './runner.ts'
import { parseScripts } from './script.ts'

const folder = join(import.meta.dirname, 'scripts')

for (const file of readdirSync(folder).toSorted()) {
  if (!file.endsWith('.lockstep')) continue
  for (const script of parseScripts(readFileSync(join(folder, file), 'utf8'), `test/lockstep/scripts/${file}`)) {
    test(`${file}: ${script.title}`, () => runScript(script))
  }
}
