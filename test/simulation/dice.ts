// What a world is drawn with: all randomness of a simulation comes from its seed.

import { SeededRandom } from '../../coap/src/testing/random.ts'

export class Dice {
  readonly #random: SeededRandom

  /** The same seed with another purpose gives other numbers. Seed below 2^32, purpose below 2^20. */
  constructor(seed: number, purpose: number) {
    this.#random = new SeededRandom(purpose * 0x1_0000_0000 + seed)
  }

  /** In [0, 1). */
  fraction(): number {
    return this.#random.uint32() / 0x1_0000_0000
  }

  /** From `least` to `most`, both included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1))
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  pick<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)] as T
  }
}
