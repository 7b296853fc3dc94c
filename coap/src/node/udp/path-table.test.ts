import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { DgramSocket } from './dgram-socket.ts'
import { networkAddress, PathTable, systemHost, UdpPath } from './path-table.ts'

const socket = { address: { host: '192.0.2.1', port: 5683 } } as DgramSocket // all that a path asks of it

test('it finds what a Map of hosts and ports finds', () => {
  const operation = fc.record({
    kind: fc.constantFrom('add', 'delete', 'get'),
    host: fc.constantFrom('192.0.2.1', '192.0.2.2', 'fe80::1%eth0'),
    port: fc.integer({ min: 1, max: 4 }),
  })
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 100 }), (operations) => {
      const table = new PathTable()
      const model = new Map<string, UdpPath>()
      for (const { kind, host, port } of operations) {
        const key = `${host} ${port}`
        const known = model.get(key)
        assert.equal(table.get(host, port), known)
        if (kind === 'add' && known === undefined) {
          const path = new UdpPath(socket, networkAddress(host, port))
          table.add(host, path)
          model.set(key, path)
        } else if (kind === 'delete') {
          table.delete(host, known ?? new UdpPath(socket, networkAddress(host, port)))
          model.delete(key)
        }
        assert.equal(table.size, model.size)
      }
    }),
  )
})

test('a path that was replaced takes nothing with it', () => {
  const table = new PathTable()
  const [old, current] = [1, 2].map(() => new UdpPath(socket, { host: '192.0.2.1', port: 9 })) as [UdpPath, UdpPath]
  table.add('192.0.2.1', current)
  table.delete('192.0.2.1', old)
  assert.equal(table.get('192.0.2.1', 9), current)
})

test('10,000 ports of one host are found as fast as one', () => {
  const table = new PathTable()
  const host = '192.0.2.1'
  for (let port = 1; port <= 10_000; port++) table.add(host, new UdpPath(socket, { host, port }))
  const start = performance.now()
  for (let round = 0; round < 20; round++) {
    for (let port = 1; port <= 10_000; port++) if (table.get(host, port)?.remote.port !== port) assert.fail()
  }
  assert.ok(performance.now() - start < 1000, 'one after the other it would be a billion looks')
  for (let port = 1; port <= 10_000; port++) table.delete(host, table.get(host, port) as UdpPath)
  assert.equal(table.size, 0)
})

test('a zone belongs to the host as the system writes it', () => {
  const address = networkAddress('fe80::1%eth0', 5683)
  assert.deepEqual(address, { host: 'fe80::1', port: 5683, zone: 'eth0' })
  assert.equal(systemHost(address), 'fe80::1%eth0')
  assert.equal(systemHost(networkAddress('192.0.2.1', 1)), '192.0.2.1')
})
