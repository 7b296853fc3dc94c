// Our client as a party of the interop tests.

import { Client, Options, options, type Response } from 'coapstone'
import { formatCode } from 'coapstone/message'
import type { Answer, PeerClient } from './peer.ts'

const client = new Client()
const timeout = 15_000 // ms

export const coapstoneClient: PeerClient = {
  async request(uri, { method, payload, confirmable = true, option }) {
    const extra = new Options()
    if (option) extra.add(options.optionOf(option.number), option.value)
    const body = payload === undefined ? {} : { body: payload }
    return answer(await client.request(uri, { method, ...body, confirmable, options: extra, timeout }))
  },
  async observe(uri, count) {
    const seen: Answer[] = []
    for await (const response of client.observe(uri, { timeout })) {
      seen.push(answer(response))
      if (seen.length >= count) break
    }
    return seen
  },
  async ping(uri) {
    await client.ping(uri, { timeout })
  },
  cannot: {},
  faults: {},
}

function answer({ code, payload }: Response): Answer {
  return { code: formatCode(code), payload: Buffer.from(payload).toString() }
}
