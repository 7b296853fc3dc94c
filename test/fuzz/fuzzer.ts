// Runs a target on one input after the other: first what is kept, then changed and random ones. Inputs that go a new way are changed
// further.

import { setImmediate } from 'node:timers/promises'
import { Dice } from '../simulation/dice.ts'
import { corpusOf } from './corpus.ts'
import { mutate, random } from './mutate.ts'
import type { Target, Units } from './target.ts'

export interface Finding {
  readonly target: Target
  /** The smallest that was found to do it. */
  readonly input: Units
  readonly error: unknown
}

/** Inputs that went new ways, beyond which none is kept. */
const mostWays = 5000

export class Fuzzer {
  readonly target: Target
  runs = 0
  readonly #dice: Dice
  readonly #slow: number
  readonly #pool: Units[]
  readonly #ways = new Set<string>()
  #fresh = 0

  /** `slow` in milliseconds: an input that takes longer, again and again, is a finding. */
  constructor(target: Target, seed: number, slow = 300) {
    this.target = target
    this.#slow = slow
    this.#dice = new Dice(seed, 1)
    this.#pool = [...corpusOf(target), ...target.seeds(), []]
  }

  /** How many different ways its inputs have gone. */
  get ways(): number {
    return this.#ways.size
  }

  /** So many inputs, or until `until` on the clock of `performance`. */
  async run(most: number, until = Number.POSITIVE_INFINITY): Promise<Finding | undefined> {
    for (let left = most; left > 0 && performance.now() < until; left--) {
      const input = this.#next()
      const result = await attempt(this.target, input, this.#slow)
      this.runs++
      if (result.error !== undefined)
        return { target: this.target, ...(await smallest(this.target, input, result.error, this.#slow)) }
      if (this.#ways.has(result.way) || this.#ways.size >= mostWays) continue
      this.#ways.add(result.way)
      this.#pool.push(input)
    }
    return undefined
  }

  #next(): Units {
    const given = this.#pool[this.#fresh]
    if (given !== undefined && this.#ways.size < mostWays && this.#fresh === this.runs) {
      this.#fresh++
      return given
    }
    if (this.#dice.chance(0.05)) return random(this.target, this.#dice)
    return mutate(this.#dice.pick(this.#pool), this.#dice.pick(this.#pool), this.target, this.#dice)
  }
}

/** What becomes of an input; an exception that escapes from somewhere else counts too. */
export async function attempt(target: Target, input: Units, slow = 300): Promise<{ way: string; error?: unknown }> {
  let error: unknown
  let way = ''
  const escaped = (reason: unknown): void => {
    error ??= reason ?? new Error('something without a reason escaped')
  }
  process.on('unhandledRejection', escaped)
  try {
    const start = performance.now()
    const result = target.run(input)
    way = typeof result === 'string' ? result : await result
    if (typeof result !== 'string') await setImmediate() // then Node has told
    if (performance.now() - start > slow && (await isSlow(target, input, slow)))
      error = new Error(`it takes longer than ${slow} ms`)
  } catch (thrown) {
    error ??= thrown ?? new Error('nothing was thrown')
  } finally {
    process.off('unhandledRejection', escaped)
  }
  return error === undefined ? { way } : { way, error }
}

async function isSlow(target: Target, input: Units, slow: number): Promise<boolean> {
  for (let times = 0; times < 3; times++) {
    const start = performance.now()
    await target.run(input)
    if (performance.now() - start <= slow) return false
  }
  return true
}

/** Leaves out ever smaller pieces, as long as the same error comes. */
async function smallest(
  target: Target,
  input: Units,
  error: unknown,
  slow: number,
): Promise<{ input: Units; error: unknown }> {
  let best = input
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < best.length; ) {
      const rest = [...best.slice(0, start), ...best.slice(start + size)]
      if (placeOf((await attempt(target, rest, slow)).error) === placeOf(error)) best = rest
      else start += size
    }
  }
  return { input: best, error: (await attempt(target, best, slow)).error ?? error }
}

/** Where an error comes from. */
function placeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return error === undefined ? undefined : String(error)
  return error.stack?.split('\n').find((line) => /^\s+at /.test(line)) ?? error.message
}
