// Random numbers that a seed repeats: sfc32, the "small fast counter" generator of Chris Doty-Humphrey's PractRand. Its smallest
// cycle has 2^32 numbers. For tests only: whoever has seen a few of its numbers knows the rest.

export class SeededRandom {
  #a = 0
  #b: number
  #c: number
  #counter = 1

  /** Any number; its 64 lowest bits count as far as it has them. */
  constructor(seed: number) {
    this.#b = seed | 0
    this.#c = Math.floor(seed / 0x1_0000_0000) | 0
    for (let round = 0; round < 12; round++) this.uint32() // until each bit of the seed has reached each bit of the state
  }

  uint32(): number {
    const result = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0
    return result >>> 0
  }

  fill(into: Uint8Array): void {
    for (let at = 0, bits = 0; at < into.length; at++, bits >>>= 8) {
      if (at % 4 === 0) bits = this.uint32()
      into[at] = bits
    }
  }
}
