// Block-wise transfers (RFC 7959), one for each method, block size and number of bytes: a cell each of docs/interop.md.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Trial } from './cases.ts'
import { optionNumber, type Seen, type Side } from './wire.ts'

export const sizes = [0, 1, 15, 16, 17, 1023, 1024, 1025, 100_000] as const
export const exponents = [0, 2, 6] as const
export const transferMethods = ['GET', 'PUT'] as const

export type TransferId =
  `${(typeof transferMethods)[number]} SZX ${(typeof exponents)[number]} ${(typeof sizes)[number]}`

export interface Transfer {
  readonly id: TransferId
  readonly method: (typeof transferMethods)[number]
  /** The block size is 16 times 2 to the power of it. */
  readonly exponent: (typeof exponents)[number]
  /** In bytes. */
  readonly size: (typeof sizes)[number]
  readonly title: string
  run(trial: Trial): Promise<void>
}

export const transfers: readonly Transfer[] = transferMethods.flatMap((method) =>
  exponents.flatMap((exponent) =>
    sizes.map((size) => {
      const id: TransferId = `${method} SZX ${exponent} ${size}`
      const run = method === 'GET' ? download(size, exponent) : upload(size, exponent)
      return { id, method, exponent, size, title: `${method} of ${size} bytes in blocks of ${16 << exponent}`, run }
    }),
  ),
)

/** Text of which each eight bytes say where they are. */
export function pattern(size: number): string {
  const words = Array.from({ length: Math.ceil(size / 8) }, (_, index) => `${String(index * 8).padStart(7, '0')}.`)
  return words.join('').slice(0, size)
}

/** The first 16 hex digits of its SHA-256. */
export function digest(content: string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16)
}

function download(size: number, exponent: number): Transfer['run'] {
  return async ({ client, resources, wire, uri }) => {
    const answer = await client.request(uri(resources.large(size)), { method: 'GET', blockSize: 16 << exponent })
    assert.equal(answer.code, '2.05')
    same(answer.payload, pattern(size), 'what the client got')
    inBlocks(blocksOf(wire.seen, 'server', '2.05'), block2, pattern(size), exponent)
  }
}

function upload(size: number, exponent: number): Transfer['run'] {
  return async ({ client, resources, wire, uri }) => {
    const path = resources.store.path(size, exponent)
    const asked = { method: 'PUT', payload: pattern(size), blockSize: 16 << exponent } as const
    const answer = await client.request(uri(path), asked)
    assert.match(answer.code, /^2\.0[14]$/)
    assert.equal(await resources.store.digest(answer, path), digest(pattern(size)), 'what the server got')
    inBlocks(blocksOf(wire.seen, 'client', '0.03'), block1, pattern(size), exponent)
  }
}

/** Bytes of a payload that may go without being asked, since the message fits into a packet (RFC 7252, 4.6). */
const inOneMessage = 1152 - 28
const block2 = 23
const block1 = 27

function blocksOf(seen: readonly Seen[], from: Side, code: string): readonly Seen[] {
  return seen.filter((each) => each.from === from && each.code === code)
}

/** The messages are the content in blocks of that size, each at its place (RFC 7959, 2.2); a single one may do without the option. */
export function inBlocks(messages: readonly Seen[], option: number, content: string, exponent: number): void {
  const blockSize = 16 << exponent
  const blocks = new Map<number, Seen>() // what is sent again is the same block
  for (const message of messages) {
    const value = optionNumber(message, option)
    if (value === undefined) {
      assert.ok(
        content.length <= (exponent === 6 ? inOneMessage : blockSize),
        'a body longer than a block in one message',
      )
      same(message.payload, content, 'the message')
      return
    }
    assert.equal(value & 7, exponent, 'the SZX of a block')
    const index = value >> 4
    blocks.set(index, message)
    const expected = content.slice(index * blockSize, (index + 1) * blockSize)
    same(message.payload, expected, `block ${index}`)
    assert.equal((value & 8) !== 0, (index + 1) * blockSize < content.length, `the more bit of block ${index}`)
  }
  assert.equal(blocks.size, Math.max(1, Math.ceil(content.length / blockSize)), 'the number of blocks')
}

/** Says where they differ, instead of both of them whole. */
function same(actual: string, expected: string, what: string): void {
  if (actual === expected) return
  const at = [...expected].findIndex((byte, index) => byte !== actual[index])
  assert.fail(`${what} has ${actual.length} bytes instead of ${expected.length}, and differs from ${at}`)
}
