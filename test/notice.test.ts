// NOTICE names whatever comes from elsewhere: the folders of test vectors, and the dependencies with their licences.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const notice = readFileSync(join(root, 'NOTICE'), 'utf8')

test('NOTICE has a line for each folder of vectors', () => {
  for (const folder of readdirSync(join(root, 'vectors'))) {
    assert.match(notice, new RegExp(`^ +${folder}/ +\\S`, 'm'), `vectors/${folder} is not in NOTICE`)
  }
})

test('NOTICE names each dependency of the package with the licence that it states', () => {
  const { dependencies = {} } = readJson('coap/package.json')
  for (const name of Object.keys(dependencies)) {
    const { license } = readJson(`node_modules/${name}/package.json`)
    assert.match(notice, new RegExp(`^ +${name} +${license} `, 'm'), `${name}, ${license}, is not in NOTICE`)
  }
})

function readJson(path: string): { dependencies?: Record<string, string>; license: string } {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}
