// Late negotiation: the client says nothing of blocks, or begins with large ones, and the server has it go on in smaller ones
// (RFC 7959, 2.4, 2.5).

import assert from 'node:assert/strict'
import type { Case } from './cases.ts'
import { digest, pattern } from './transfers.ts'
import { optionNumber, type Seen } from './wire.ts'

const serverExponent = 2
const clientExponent = 6
const size = 3000
const block1 = 27
const block2 = 23

const serverBlockSize = 16 << serverExponent

export const negotiation: readonly Case[] = [
  {
    id: 'late-get',
    title: `GET of ${size} bytes from a server that answers in blocks of ${serverBlockSize}`,
    section: 'RFC 7959, 2.4',
    serverBlockSize,
    async run({ client, resources, wire, uri }) {
      const { code, payload } = await client.request(uri(resources.large(size)), { method: 'GET' })
      assert.deepEqual([code, digest(payload)], ['2.05', digest(pattern(size))])
      const blocks = wire.seen.filter(({ from, code }) => from === 'server' && code === '2.05')
      for (const each of blocks)
        assert.equal((optionNumber(each, block2) ?? 0) & 7, serverExponent, 'the SZX of a block')
      contiguous(blocks, block2)
    },
  },
  {
    id: 'late-put',
    title: `PUT of ${size} bytes, begun with a block of 1024, to a server that asks for ${serverBlockSize}`,
    section: 'RFC 7959, 2.5',
    serverBlockSize,
    async run({ client, resources, wire, uri }) {
      const path = resources.store.path(size, clientExponent)
      const asked = { method: 'PUT', payload: pattern(size), blockSize: 16 << clientExponent } as const
      const answer = await client.request(uri(path), asked)
      assert.match(answer.code, /^2\.0[14]$/)
      assert.equal(await resources.store.digest(answer, path), digest(pattern(size)), 'what the server got')
      const blocks = wire.seen.filter(({ from, code }) => from === 'client' && code === '0.03')
      const [first, ...others] = new Set(blocks.map((each) => optionNumber(each, block1) ?? 0))
      assert.equal((first ?? 0) & 7, clientExponent, 'the SZX of the first block')
      for (const value of others) assert.equal(value & 7, serverExponent, 'the SZX of a further block')
      contiguous(blocks, block1)
    },
  },
]

/** Each block begins where the one before ends; what is sent again is the same block. */
function contiguous(messages: readonly Seen[], option: number): void {
  const blocks = new Map(messages.map((each) => [optionNumber(each, option) ?? 0, each.payload]))
  let end = 0
  for (const [value, payload] of blocks) {
    assert.equal((value >> 4) << ((value & 7) + 4), end, 'where a block begins')
    end += payload.length
  }
  assert.equal(end, size, 'where the last block ends')
}
