import { test } from 'node:test'
import { MemoryHub } from '../network/memory.ts'
import { NatBox } from '../network/nat.ts'
import { plain } from '../transport/plain.ts'
import { createContext } from './context.ts'
import { toySecurity } from './toy-security/toy-security.ts'
import { transportConformance } from './transport-conformance.ts'
import type { TransportBench } from './transport-pair.ts'

for (const packetsAreOwned of [true, false]) {
  const options = { packetsAreOwned, backlog: 100 }
  const lent = packetsAreOwned ? '' : ' over a network that lends its packets'

  const plainBench = (): TransportBench => {
    const context = createContext(1)
    const hub = new MemoryHub(context)
    return {
      context,
      client: plain(hub.network({ host: '192.0.2.1', port: 0 }, options)),
      server: plain(hub.network({ host: '192.0.2.2', port: 5683 }, options)),
      pass: () => context.clock.advance(1),
    }
  }
  for (const { name, run } of transportConformance(`plain${lent}`, plainBench)) test(name, run)

  const toyBench = (): TransportBench => {
    const context = createContext(1)
    const hub = new MemoryHub(context)
    const credentials = async (id: string) => ({ secret: `secret of ${id}` })
    const box = new NatBox(
      hub.network(
        [1, 2].map((last) => ({ host: `198.51.100.${last}`, port: 4000 })),
        options,
      ),
    )
    const identity = { id: 'valve', secret: 'secret of valve' }
    const client = toySecurity(box.network({ host: '10.0.0.2', port: 5684 }), { identity })
    return {
      context,
      client,
      server: toySecurity(hub.network({ host: '192.0.2.2', port: 5684 }, options), { credentials }),
      stranger: toySecurity(hub.network({ host: '192.0.2.3', port: 0 }, options), {
        identity: { id: 'valve', secret: 'guessed' },
      }),
      pass: () => context.clock.advance(1),
      isClient: (proved) => proved.method === 'psk' && String.fromCharCode(...proved.id) === 'valve',
      move: () => box.rebind(),
      lose: (association) => client.crash(association),
    }
  }
  const traits = { identity: true, moves: true, resumes: true }
  for (const { name, run } of transportConformance(`toySecurity${lent}`, toyBench, traits)) test(name, run)
}
