// Values of the Echo option that only we can have made: a time, and a tag of it, of whom it is for, and of what has happened by then
// (RFC 9175 appendix A.2). Nothing is kept for them, so that nobody can use up what we keep.

import { sipHash } from '../../bytes/siphash.ts'
import { type Context, randomUint32 } from '../../context/context.ts'
import type { Peer } from '../../transport/transport.ts'

export class EchoValues {
  readonly #context: Context
  readonly #key = new Uint8Array(16)
  /** Added to all times: nobody is told how long we have been running. */
  readonly #offset: number

  constructor(context: Context) {
    this.#context = context
    context.random(this.#key)
    this.#offset = randomUint32(context)
  }

  /** A value for a peer, made now. `events` counts what makes older values worthless. */
  issue(peer: Peer, events = 0): Uint8Array {
    return this.#valueOf(this.#now, peer, events)
  }

  /** How many milliseconds ago a value was made for this peer, with as many events as now; undefined: never. */
  ageOf(value: Uint8Array, peer: Peer, events = 0): number | undefined {
    if (value.length !== timeLength + tagLength) return undefined
    const now = this.#now
    // The tag is of the whole time, so that a value is not as good as new when 32 bits have gone round.
    const age = ((now % 0x1_0000_0000) - view(value).getUint32(0) + 0x1_0000_0000) % 0x1_0000_0000
    const expected = this.#valueOf(now - age, peer, events)
    let difference = 0
    for (let at = 0; at < value.length; at++) difference |= (value[at] as number) ^ (expected[at] as number)
    return difference === 0 ? age : undefined
  }

  #valueOf(time: number, peer: Peer, events: number): Uint8Array {
    const message = view(scratch)
    message.setFloat64(0, time)
    message.setFloat64(8, events)
    const length = writePeer(peer, 16)
    const value = new Uint8Array(timeLength + tagLength)
    view(value).setUint32(0, time % 0x1_0000_0000)
    value.set(sipHash(this.#key, scratch, length), timeLength)
    return value
  }

  get #now(): number {
    return Math.floor(this.#context.now()) + this.#offset
  }
}

const timeLength = 4
const tagLength = 8
/** What a tag is of. */
const scratch = new Uint8Array(256)

/** Whom a value is for: a session, or an address where there is none. Says where it ends. */
function writePeer({ associations: [association] }: Peer, start: number): number {
  if (association === undefined) return start
  const message = view(scratch)
  message.setFloat64(start, association.key)
  message.setFloat64(start + 8, association.epoch)
  if (association.identity.method !== 'none') return start + 16
  const { host, port, zone = '' } = association.path.remote
  message.setUint16(start + 16, port)
  return start + 18 + encoder.encodeInto(`${host}%${zone}`, scratch.subarray(start + 18)).written
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

const encoder = new TextEncoder()
