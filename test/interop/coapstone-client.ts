// Our client as a party of the interop tests.

import { Client, Options, options, type Response } from 'coapstone'
import { formatCode } from 'coapstone/message'
import type { Answer, PeerClient } from './peer.ts'

let running: Client | undefined
const timeout = 120_000 // ms

export const coapstoneClient: PeerClient = {
  async request(uri, { method, payload, confirmable = true, blockSize, option }) {
    const extra = new Options()
    if (option?.number === options.IfNoneMatch.number) extra.add(options.IfNoneMatch, true)
    else if (option) extra.add(options.optionOf(option.number), option.value)
    const body = payload === undefined ? {} : { body: payload }
    const block = blockSize === undefined ? {} : { blockSize }
    return answer(await client().request(uri, { method, ...body, ...block, confirmable, options: extra, timeout }))
  },
  async observe(uri, count) {
    const seen: Answer[] = []
    for await (const response of client().observe(uri, { timeout })) {
      seen.push(answer(response))
      if (seen.length >= count) break
    }
    return seen
  },
  async ping(uri) {
    await client().ping(uri, { timeout })
  },
  async close() {
    await running?.close()
    running = undefined
  },
  cannot: {},
  faults: {},
}

function client(): Client {
  running ??= new Client()
  return running
}

function answer({ code, payload }: Response): Answer {
  return { code: formatCode(code), payload: Buffer.from(payload).toString() }
}
