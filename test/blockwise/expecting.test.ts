// What a platform is told of the packets that a transfer waits for (docs/decisions/busy-polling.md).

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Context } from '../../coap/src/context/context.ts'
import type { Handler } from '../../coap/src/handler/handler.ts'
import { Request, type RequestInit } from '../../coap/src/handler/request.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { blockwiseClient } from '../../coap/src/layers/blockwise/client.ts'
import { blockwiseServer } from '../../coap/src/layers/blockwise/server.ts'
import { Code } from '../../coap/src/message/code.ts'
import { createContext } from '../../coap/src/testing/context.ts'
import { CoapUri } from '../../coap/src/uri/coap-uri.ts'
import { bytes } from './client-side.ts'

const uri = CoapUri.parse('coap://192.0.2.1/a')

/** How often each side has said that a packet will come soon. */
async function expected(handler: Handler, init: Omit<RequestInit, 'uri'>): Promise<readonly [number, number]> {
  let [byClient, byServer] = [0, 0]
  const told = (count: () => void): Context => ({ ...createContext(1), expectPacket: count })
  const server = blockwiseServer()(
    handler,
    told(() => byServer++),
  )
  const client = blockwiseClient({ blockSize: 16 })(
    server,
    told(() => byClient++),
  )
  await client(new Request({ uri, ...init }))
  return [byClient, byServer]
}

describe('a packet is expected soon', () => {
  it('of each block that a client asks for, and by a server as long as more are to be asked for', async () => {
    const long = (): Response => Response.bytes(bytes(64))
    const asked = { blockSize: 16 }
    assert.deepEqual(await expected(long, { code: Code.GET, transfer: asked }), [3, 3])
  })

  it('of each block that a client sends, and by a server as long as more are to come', async () => {
    const taking: Handler = async ({ body }) => {
      await body.bytes()
      return Response.of(Code.Changed)
    }
    assert.deepEqual(await expected(taking, { code: Code.PUT, payload: bytes(64) }), [4, 3])
  })

  it('never of what is one message', async () => {
    const short = (): Response => Response.bytes(bytes(16))
    assert.deepEqual(await expected(short, { code: Code.PUT, payload: bytes(16) }), [0, 0])
  })
})
