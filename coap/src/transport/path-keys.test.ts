import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NetworkAddress, Path } from '../network/network.ts'
import { createContext } from '../testing/context.ts'
import { PathKeys } from './path-keys.ts'

const local = { host: '192.0.2.1', port: 5683 }

test('the same two places have the same key, also when their path is another object', () => {
  const keys = new PathKeys(createContext(1))
  assert.equal(keys.keyOf(path({ host: '192.0.2.2', port: 7 })), keys.keyOf(path({ host: '192.0.2.2', port: 7 })))
})

test('different places have different keys, all of them below 2^53', () => {
  const keys = new PathKeys(createContext(1))
  const all = new Set<number>()
  let count = 0
  for (let host = 0; host < 256; host++) {
    for (let port = 1000; port < 1100; port++, count += 2) {
      for (const zone of [undefined, 'eth0']) {
        const remote = { host: `fe80::${host.toString(16)}`, port, ...(zone !== undefined && { zone }) }
        all.add(keys.keyOf(path(remote)))
      }
    }
  }
  assert.equal(all.size, count)
  for (const key of all) assert.ok(Number.isSafeInteger(key) && key >= 0)
})

test('where a path begins counts as where it leads to', () => {
  const keys = new PathKeys(createContext(1))
  const remote = { host: '192.0.2.2', port: 7 }
  assert.notEqual(keys.keyOf(path(remote)), keys.keyOf({ ...path(remote), local: { ...local, port: 5684 } }))
  assert.notEqual(keys.keyOf(path(remote)), keys.keyOf({ ...path(local), local: remote }))
})

test('nobody outside can tell a key: each context has its own', () => {
  const remote = { host: '192.0.2.2', port: 7 }
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8]
  assert.equal(new Set(seeds.map((seed) => new PathKeys(createContext(seed)).keyOf(path(remote)))).size, seeds.length)
})

function path(remote: NetworkAddress): Path {
  return { local, remote, multicast: false, owner: undefined } as unknown as Path // all that a key depends on
}
