// The order of the folders and the house rules that a machine can check (ARCHITECTURE.md), on the real tree.
// A failure names each file, line and rule. The rules themselves are in architecture/rules.ts.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { test } from 'node:test'
import {
  checkAny,
  checkCycles,
  checkDefaultExports,
  checkExports,
  checkFolderOrder,
  checkGlobals,
  checkLength,
  checkMachineNames,
  checkPackageImports,
  checkPlatformImports,
  describe,
  type Finding,
  type Manifest,
  type Sources,
} from './architecture/rules.ts'

const root = join(import.meta.dirname, '..')
const sources = readSources()
const manifest: Manifest = JSON.parse(readFileSync(join(root, 'coap/package.json'), 'utf8'))

test('there are sources to check', () => {
  assert.ok(sources.size > 10, `${sources.size} files found in coap/src`)
})

test('a folder imports only from folders above it', () => none(checkFolderOrder(sources, manifest)))
test('only node/, browser/ and cli/ know a platform', () => none(checkPlatformImports(sources)))
test('every imported package is a declared dependency', () => none(checkPackageImports(sources, manifest)))
test('no file imports itself through others', () => none(checkCycles(sources, manifest)))
test('no file has more than 500 lines', () => none(checkLength(sources)))
test('the core uses no timer, clock, randomness or console of the platform', () => none(checkGlobals(sources)))
test('nothing has the type any', () => none(checkAny(sources)))
test('nothing is a default export', () => none(checkDefaultExports(sources)))
test('every subpath export is there, and every entry point exported', () => none(checkExports(sources, manifest)))
test('no file names a registry host or a folder of one machine', () => none(checkMachineNames(repositoryFiles())))

function none(findings: readonly Finding[]): void {
  assert.equal(findings.length, 0, `\n${describe(findings)}\n`)
}

function readSources(): Sources {
  const folder = join(root, 'coap/src')
  const files = globSync('**/*.ts', { cwd: folder }).sort()
  return new Map(files.map((file) => [file.split(sep).join('/'), readFileSync(join(folder, file), 'utf8')]))
}

function repositoryFiles(): Map<string, string> {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  const files = new Map<string, string>()
  for (const file of list.toString().split('\0')) {
    const bytes = file === '' ? undefined : readIfThere(join(root, file))
    if (bytes !== undefined && !bytes.includes(0)) files.set(file, bytes.toString())
  }
  return files
}

// git also lists files that were deleted and not yet committed.
function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
