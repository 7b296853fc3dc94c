// `npm run pack`: makes .ci/out/coapstone.tgz, what is published (`npm publish` it). The package is put together in a folder
// of its own: package.json without the condition that names our sources and without scripts, what tsc built, the launcher,
// and the repository's README, CHANGELOG, LICENSE and NOTICE.

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

const sourceCondition = '@coapstone/source'
const root = join(import.meta.dirname, '..')
const out = join(root, '.ci/out')
const folder = join(out, 'package')

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const part of ['bin', 'dist']) cpSync(join(root, 'coap', part), join(folder, part), { recursive: true })
for (const page of ['README.md', 'CHANGELOG.md', 'LICENSE', 'NOTICE']) cpSync(join(root, page), join(folder, page))

const { scripts: _scripts, ...manifest } = JSON.parse(readFileSync(join(root, 'coap/package.json'), 'utf8'))
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(withoutSources(manifest), null, 2)}\n`)

const made = execFileSync('npm', ['pack', '--silent', '--pack-destination', out], { cwd: folder }).toString().trim()
renameSync(join(out, made), join(out, 'coapstone.tgz'))
console.log(`.ci/out/coapstone.tgz: ${manifest.name} ${manifest.version}`)

function withoutSources(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutSources)
  if (value === null || typeof value !== 'object') return value
  const kept = Object.entries(value).filter(([key]) => key !== sourceCondition)
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutSources(inner)]))
}
