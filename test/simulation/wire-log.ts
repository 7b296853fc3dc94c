// What passed on the wire, as a hash, which the same seed must repeat; and packet by packet, with what else happened, if somebody wants
// to read it.

import type { Life } from './life.ts'

export interface Passed {
  readonly kind: 'arrives' | 'leaves'
  /** Milliseconds from the beginning of the world. */
  readonly at: number
  /** At whose endpoint, or whose deed: an index of the world's inhabitants; and which of the endpoints there, from 1. */
  readonly inhabitant: number
  readonly life: number
  /** From where or where to. */
  readonly host: string
  readonly packet: Uint8Array
}

export interface Noted {
  readonly kind: 'note'
  readonly at: number
  readonly inhabitant: number
  readonly life: number
  /** A line of a lockstep script. */
  readonly text: string
}

export class WireLog {
  readonly entries: (Passed | Noted)[] = []
  packets = 0
  readonly keeps: boolean
  #hash = 0x811c9dc5

  constructor(keeps: boolean) {
    this.keeps = keeps
  }

  /** FNV-1a over all packets, with their times and ends. */
  get hash(): number {
    return this.#hash >>> 0
  }

  write(kind: Passed['kind'], { index, number }: Life, host: string, packet: Uint8Array, at: number): void {
    this.packets++
    this.#mix(at)
    this.#mix(index * 2 + (kind === 'leaves' ? 0 : 1))
    for (const byte of packet) this.#mix(byte)
    if (this.keeps) this.entries.push({ kind, at, inhabitant: index, life: number, host, packet: packet.slice() })
  }

  /** `text` is called only if somebody wants to read it. */
  note({ index, number }: Life, at: number, text: () => string): void {
    if (this.keeps) this.entries.push({ kind: 'note', at, inhabitant: index, life: number, text: text() })
  }

  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ value, 0x01000193)
  }
}
