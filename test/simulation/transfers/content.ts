// Content of any length that need not be kept to be known: each byte follows from its version and its place.

import { createHash } from 'node:crypto'

export class Content {
  readonly size: number
  readonly #version: number
  /** So many bytes were as they should be. */
  position = 0

  constructor(version: number, size: number) {
    this.#version = version
    this.size = size
  }

  /** What names it. */
  get etag(): Uint8Array {
    return createHash('sha256').update(`${this.#version} ${this.size}`).digest().subarray(0, 8)
  }

  /** Its bytes from an offset on. */
  async *chunks(offset: number, length: number): AsyncGenerator<Uint8Array> {
    for (let at = offset; at < this.size; at += length) yield this.slice(at, Math.min(at + length, this.size))
  }

  slice(start: number, end: number): Uint8Array {
    const bytes = new Uint8Array(end - start)
    for (let index = 0; index < bytes.length; index++) bytes[index] = this.#at(start + index)
    return bytes
  }

  /** The next bytes that somebody has: throws if one is not what it should be. */
  expect(chunk: Uint8Array): void {
    for (let index = 0; index < chunk.length; index++) {
      if (chunk[index] !== this.#at(this.position + index) || this.position + index >= this.size)
        throw new Error(`byte ${this.position + index} is ${chunk[index]}`)
    }
    this.position += chunk.length
  }

  /** Neighbouring blocks of any size differ. */
  #at(place: number): number {
    return Math.imul(place ^ (place >>> 11) ^ Math.imul(this.#version, 0x9e3779b1), 0x85ebca6b) >>> 24
  }
}
