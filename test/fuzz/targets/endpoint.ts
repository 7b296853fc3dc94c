// A whole endpoint, client and server at once, among peers that send it anything: noise, what is almost right, what it has seen before,
// and answers to what it asks. An input is a program for them: each byte says what happens next, or how.

import { Code } from '../../../coap/src/message/code.ts'
import { Type } from '../../../coap/src/message/datagram.ts'
import { bytesOfUnits, type Target, unitsOfHex } from '../target.ts'
import { Besieged, mostPeers } from './besieged.ts'

export const endpoint: Target = {
  name: 'endpoint',
  units: 'bytes',
  seeds: () =>
    [...Array(deeds.length).keys()].map((deed) => Array.from({ length: 24 }, (_, at) => (at % 6 === 0 ? deed : at))),
  words: ['0003', '0100', '020041', '03', '0400', '0500', '06', '07', '0800', '09', '0a01'].map(unitsOfHex),
  async run(input) {
    const program = new Program(bytesOfUnits(input))
    const besieged = await Besieged.begin()
    while (!program.atEnd) {
      const deed = deeds[program.next(deeds.length)] as Deed
      await deed(besieged, program)
      besieged.checkSizes()
    }
    await besieged.relief()
    return besieged.way
  },
}

type Deed = (besieged: Besieged, program: Program) => void | Promise<void>

const types = [Type.Confirmable, Type.NonConfirmable, Type.Acknowledgement, Type.Reset]
const pauses = [0, 1, 100, 3000, 100_000, 300_000]
const codes = [...Object.values(Code), 0x1f, 0x20, 0x60, 0xc0, 0xff]

const deeds: readonly Deed[] = [
  function anyBytes(besieged, program) {
    besieged.send(program.next(mostPeers), program.bytes(program.next(40)))
  },
  function seenBefore(besieged, program) {
    const packet = besieged.seen(program.next(256)).slice()
    for (let flips = program.next(4); flips > 0 && packet.length > 0; flips--) {
      const at = program.next(256) % packet.length
      packet[at] = (packet[at] as number) ^ (1 << program.next(8))
    }
    besieged.send(program.next(mostPeers), packet)
  },
  function request(besieged, program) {
    besieged.request(program.next(mostPeers), {
      type: types[program.next(2)] as Type,
      code: codes[program.next(codes.length)] as Code,
      id: program.next(6),
      token: program.bytes(program.next(3)),
      path: program.next(256),
      observe: program.next(4),
      payload: program.next(256) * 5,
    })
  },
  function answer(besieged, program) {
    besieged.answer(program.next(mostPeers), {
      which: program.next(4),
      type: types[program.next(4)] as Type,
      code: codes[program.next(codes.length)] as Code,
      observe: program.next(256),
      damage: program.next(256),
      block: program.next(256),
    })
  },
  function pause(besieged, program) {
    return besieged.pass(pauses[program.next(pauses.length)] as number)
  },
  function ask(besieged, program) {
    const code = codes[program.next(10)] as Code
    const peer = program.next(mostPeers)
    const how = program.next(8)
    if (how === 7) besieged.askGroup(code)
    else
      besieged.ask(peer, {
        code,
        confirmable: how % 2 === 0,
        observe: program.next(2) === 0,
        payload: program.next(4) * 60,
      })
  },
  function abort(besieged, program) {
    besieged.abort(program.next(16))
  },
  function change(besieged, program) {
    besieged.change(program.next(4))
  },
  function ping(besieged, program) {
    besieged.ping(program.next(mostPeers))
  },
  function finish(besieged) {
    besieged.finishHandlers()
  },
  function block(besieged, program) {
    const size = program.next(4)
    const [number, more, second] = [program.next(6), program.next(2), program.next(16)]
    besieged.block(program.next(mostPeers), {
      code: codes[program.next(10)] as Code,
      path: program.next(256),
      block1: second < 4 ? 128 : (number << 4) | (more << 3) | size,
      block2: second < 8 ? (number << 4) | size : 128,
      payload: second === 15 ? program.next(256) : 16 << size,
    })
  },
  function network(besieged, program) {
    besieged.leave(program.next(mostPeers))
  },
]

/** Reads a program: beyond its end there are zeros. */
class Program {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** Below `limit`. */
  next(limit: number): number {
    return (this.#bytes[this.#at++] ?? 0) % limit
  }

  bytes(length: number): Uint8Array {
    const start = this.#at
    this.#at += length
    return this.#bytes.slice(start, this.#at)
  }
}
