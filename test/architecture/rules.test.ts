// Each rule must be able to fail: planted sources, and what is found in them.

import assert from 'node:assert/strict'
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
} from './rules.ts'

const manifest: Manifest = {
  exports: {},
  imports: { '#platform': { '@coapstone/source': './src/node/platform.ts' } },
  dependencies: { cborg: '1.0.0' },
}

test('a folder that imports from one below it is found, also by a type', () => {
  const sources = planted({
    'message/message.ts': "import type { Endpoint } from '../endpoint/endpoint.ts'\n",
    'endpoint/endpoint.ts': "import { Message } from '../message/message.ts'\n",
  })
  found(checkFolderOrder(sources, manifest), [
    'message/message.ts:1: [folder order] imports endpoint/endpoint.ts, which is below message/',
  ])
})

test('an import in a type position, and a dynamic one, are imports', () => {
  const sources = planted({
    'bytes/a.ts': "export type A = import('../uri/u.ts').Uri\n",
    'bytes/b.ts': "export const b = async (): Promise<unknown> => import('../uri/u.ts')\n",
  })
  assert.deepEqual(
    checkFolderOrder(sources, manifest).map((finding) => finding.file),
    ['bytes/a.ts', 'bytes/b.ts'],
  )
})

test('folders of one line do not import each other', () => {
  const sources = planted({ 'client/client.ts': "import { serve } from '../server/serve.ts'\n", 'server/serve.ts': '' })
  found(checkFolderOrder(sources, manifest), [
    'client/client.ts:1: [folder order] imports server/serve.ts: client/ and server/ know nothing of each other',
  ])
})

test('a folder without a place in the order is found', () => {
  const sources = planted({ 'utils/strings.ts': '' })
  found(checkFolderOrder(sources, manifest), [
    'utils/strings.ts:1: [folder order] utils/ has no place in the order of the folders',
  ])
})

test('nothing imports an entry point or a test', () => {
  const sources = planted({
    'cli/get.ts': "import { Client } from '../index.ts'\nimport { plan } from '../uri/coap-uri.test.ts'\n",
    'index.ts': "export { Client } from './client/client.ts'\n",
    'uri/coap-uri.test.ts': '',
  })
  found(checkFolderOrder(sources, manifest), [
    'cli/get.ts:1: [folder order] imports the entry point index.ts: import the file that has it',
    'cli/get.ts:2: [folder order] imports the test uri/coap-uri.test.ts',
  ])
})

test('errors.ts may be imported from everywhere, entry points and tests import what they like', () => {
  const sources = planted({
    'bytes/reader.ts': "import { UsageError } from '../errors.ts'\n",
    'bytes/reader.test.ts': "import { serve } from '../server/serve.ts'\nimport { test } from 'node:test'\n",
    'index.ts': "export { platform } from './node/platform.ts'\n",
    'errors.ts': '',
  })
  found([...checkFolderOrder(sources, manifest), ...checkPlatformImports(sources)], [])
})

test('only node/ and cli/ import node: modules, and only client/ and server/ import #platform', () => {
  const sources = planted({
    'endpoint/a.ts': "import { platform } from '#platform'\n",
    'layers/b.ts': "import { randomBytes } from 'node:crypto'\n",
    'server/c.ts': "import { platform } from '#platform'\nimport { udp } from '../node/udp/udp.ts'\n",
    'node/d.ts': "import { createSocket } from 'node:dgram'\n",
    'cli/e.ts': "import { udp } from '../node/udp/udp.ts'\nimport { readFile } from 'node:fs/promises'\n",
  })
  found(checkPlatformImports(sources), [
    'endpoint/a.ts:1: [imports] imports #platform: only client/ and server/ do',
    'layers/b.ts:1: [imports] imports node:crypto: only node/ and cli/ know Node',
    'server/c.ts:2: [imports] imports node/udp/udp.ts: only entry points and cli/ do; client/ and server/ use #platform',
  ])
})

test('a package that is not a dependency is found', () => {
  const sources = planted({
    'cbor/cbor.ts':
      "import { decode } from 'cborg'\nimport { tokens } from 'cborg/length'\nimport { x } from '@a/b/c'\n",
  })
  found(checkPackageImports(sources, manifest), [
    'cbor/cbor.ts:3: [imports] imports @a/b, which coap/package.json does not list as a dependency',
  ])
})

test('a cycle is found, also through #platform', () => {
  const sources = planted({
    'endpoint/a.ts': "import { B } from './b.ts'\n",
    'endpoint/b.ts': "import { C } from './c.ts'\n",
    'endpoint/c.ts': "import { A } from './a.ts'\n",
    'client/client.ts': "import { platform } from '#platform'\n",
    'node/platform.ts': "import { Client } from '../client/client.ts'\n",
  })
  found(checkCycles(sources, manifest), [
    'endpoint/a.ts:1: [no cycle] imports itself: endpoint/a.ts -> endpoint/b.ts -> endpoint/c.ts -> endpoint/a.ts',
    'client/client.ts:1: [no cycle] imports itself: client/client.ts -> node/platform.ts -> client/client.ts',
  ])
})

test('types may mention each other across files', () => {
  const sources = planted({
    'handler/handler.ts':
      "import type { Request } from './request.ts'\nimport type {\n  Response,\n} from './response.ts'\n",
    'handler/response.ts': "import { type Handler } from './handler.ts'\n",
    'handler/request.ts': "export const a = 1\nexport type { Handler } from './handler.ts'\nimport './response.ts'\n",
  })
  found(checkCycles(sources, manifest), [])
})

test('two ways to one file are no cycle', () => {
  const sources = planted({
    'endpoint/a.ts': "import './b.ts'\nimport './c.ts'\n",
    'endpoint/b.ts': "import './d.ts'\n",
    'endpoint/c.ts': "import './d.ts'\n",
    'endpoint/d.ts': '',
  })
  found(checkCycles(sources, manifest), [])
})

test('a file may have 500 lines and not 501', () => {
  const sources = planted({ 'uri/fits.ts': '\n'.repeat(500), 'uri/long.ts': '\n'.repeat(501) })
  found(checkLength(sources), ['uri/long.ts:501: [file length] has 501 lines; at most 500'])
})

test('the core calls no clock, timer or randomness of the platform', () => {
  const sources = planted({
    'endpoint/a.ts': 'const now = Date.now()\nsetTimeout(() => {}, Math.random())\n',
    'client/b.ts': 'console.log(new Date(), Buffer.alloc(1), process.env, performance.now())\n',
    'node/c.ts': 'setTimeout(() => {}, 1)\n',
    'uri/d.test.ts': 'console.log(Date.now())\n',
  })
  assert.deepEqual(
    checkGlobals(sources).map(({ file, line, message }) => `${file}:${line} ${message.split(':')[0]}`),
    [
      'endpoint/a.ts:2 uses setTimeout',
      'endpoint/a.ts:1 uses Date',
      'endpoint/a.ts:2 uses Math.random',
      'client/b.ts:1 uses Date',
      'client/b.ts:1 uses performance',
      'client/b.ts:1 uses Buffer',
      'client/b.ts:1 uses console',
      'client/b.ts:1 uses process',
    ],
  )
})

test('members, keys, comments and strings that bear the name of a global are none', () => {
  const sources = planted({
    'endpoint/a.ts': [
      '// setTimeout, Date and Math.random are forbidden',
      'const a = trace.console + headers.Date',
      "const b = { process: 'Date' }",
      `const c = \`\${a} setTimeout \${b}\``,
      'const d = /Buffer/.test(a)',
      'interface E { process?: string }',
      '',
    ].join('\n'),
  })
  found(checkGlobals(sources), [])
})

test('any is found where it is a type, and only there', () => {
  const sources = planted({
    'uri/a.ts': 'export const a: any = 1\n',
    'uri/b.ts': 'export function f(x: Map<string, any>): any[] {}\n',
    'uri/c.ts': 'export const c = x as any\nexport const d = AbortSignal.any([]) // any\n',
  })
  assert.deepEqual(
    checkAny(sources).map(({ file, line }) => `${file}:${line}`),
    ['uri/a.ts:1', 'uri/b.ts:1', 'uri/b.ts:1', 'uri/c.ts:1'],
  )
})

test('a default export is found in both forms', () => {
  const sources = planted({
    'uri/a.ts': 'export default class A {}\n',
    'uri/b.ts': 'const b = 1\nexport { b as default }\n',
    'uri/c.ts': "export const text = 'export default'\n",
  })
  found(checkDefaultExports(sources), [
    'uri/a.ts:1: [no default export] has a default export',
    'uri/b.ts:2: [no default export] has a default export',
  ])
})

test('an export without its source, or an entry point without its export, is found', () => {
  const exports = {
    '.': { '@coapstone/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './udp': { '@coapstone/source': './src/udp.ts', types: './dist/udp.d.ts', default: './dist/upd.js' },
    './links': { types: './dist/links.d.ts', default: './dist/links.js' },
    './package.json': './package.json',
  }
  const sources = planted({ 'index.ts': '', 'tls.ts': '', 'errors.ts': '' })
  found(checkExports(sources, { exports }), [
    'package.json:1: [exports] ./udp names src/udp.ts, which is not there',
    'package.json:1: [exports] ./udp has default ./dist/upd.js, not ./dist/udp.js',
    'package.json:1: [exports] ./links has no condition @coapstone/source',
    'package.json:1: [exports] src/tls.ts is an entry point that no subpath exports',
  ])
})

test('a registry host and a folder of one machine are found in any file', () => {
  const host = ['registry', 'example', 'org'].join('.')
  const files = planted({
    'package-lock.json': `{\n  "resolved": "${'https'}://${host}/a.tgz"\n}\n`,
    'docs/notes.md': `see ${['', 'work', 'shared'].join('/')}/notes\n`,
    'README.md': 'a registry of peers, at work/shared\n',
  })
  found(checkMachineNames(files), [
    'package-lock.json:2: [machine names] names a registry host',
    'package-lock.json:2: [machine names] names where a package was fetched from (see .npmrc)',
    'docs/notes.md:1: [machine names] names a folder of one machine',
  ])
})

function planted(files: Record<string, string>): Sources {
  return new Map(Object.entries(files))
}

function found(findings: readonly Finding[], expected: readonly string[]): void {
  assert.equal(describe(findings), expected.join('\n'))
}
