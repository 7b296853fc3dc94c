import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Path } from './network.ts'
import { PathTable } from './path-table.ts'

test('a path is found under its key until it is deleted', () => {
  const table = new PathTable<Path>(10)
  const path = makePath()
  table.add('a', path)
  assert.equal(table.get('a'), path)
  table.delete('a', path)
  assert.equal(table.get('a'), undefined)
})

test('a path that has been replaced is not deleted in place of the new one', () => {
  const table = new PathTable<Path>(10)
  const path = makePath()
  table.add('a', path)
  table.delete('a', makePath())
  assert.equal(table.get('a'), path)
})

test('far below the limit, paths without an owner are dropped by the thousand', () => {
  const table = new PathTable<Path>(1_000_000)
  const owned = makePath('somebody')
  table.add('owned', owned)
  for (let number = 0; number < 100_000; number++) {
    table.add(`${number}`, makePath())
    assert.ok(table.size <= 1025)
  }
  assert.equal(table.get('owned'), owned)
})

test('a table is full when all its paths are owned, and no longer when one of them is deleted', () => {
  const table = new PathTable<Path>(3)
  const paths = ['a', 'b', 'c'].map(makePath)
  for (const path of paths) table.add(path.owner as string, path)
  assert.equal(table.full, true)
  table.delete('b', paths[1] as Path)
  assert.equal(table.full, false)
})

test('paths without an owner make room', () => {
  const table = new PathTable<Path>(3)
  table.add('a', makePath('somebody'))
  table.add('b', makePath())
  table.add('c', makePath())
  assert.equal(table.full, false)
  assert.equal(table.size, 1)
})

test('a path that is owned only after it was added stays', () => {
  const table = new PathTable<Path>(3)
  const path = makePath()
  table.add('a', path)
  path.owner = 'somebody'
  for (const key of ['b', 'c', 'd', 'e']) if (!table.full) table.add(key, makePath())
  assert.equal(table.get('a'), path)
})

function makePath(owner?: string): Path {
  const address = { host: '192.0.2.1', port: 5683 }
  const path = { local: address, remote: address, multicast: false, owner }
  return Object.assign(path, { unicast: path as unknown as Path })
}
