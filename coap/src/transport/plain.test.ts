import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Endpoint } from '../endpoint/endpoint.ts'
import { MemoryHub } from '../network/memory.ts'
import { createContext } from '../testing/context.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { plain } from './plain.ts'

test('without a resolver an address is asked, and a name is refused with what to do', async () => {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  const transports = [plain(hub.network({ host: '192.0.2.2', port: 5683 }))]
  const endpoint = await new Endpoint({ context, transports }).open()
  const peer = await endpoint.connect(CoapUri.parse('coap://192.0.2.1'))
  assert.equal(peer.associations[0]?.path.remote.host, '192.0.2.1')
  await assert.rejects(endpoint.connect(CoapUri.parse('coap://valve.example')), {
    code: 'COAP_HOST_NOT_FOUND',
    message: 'valve.example is a name, and this transport has no resolver: give it one, or use an address',
  })
  await endpoint.close()
})
