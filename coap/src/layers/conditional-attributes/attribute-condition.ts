// When one observer is to be told (draft-ietf-core-conditional-attributes 3.5 to 3.7, appendix A): its state as the server keeps it.

import { equalBytes } from '../../bytes/equal.ts'
import type { Condition, Response } from '../../handler/response.ts'
import type { ConditionalAttributes } from './attributes.ts'
import type { Value } from './value.ts'

export class AttributeCondition implements Condition {
  readonly #attributes: ConditionalAttributes
  readonly #valueOf: (response: Response) => Value
  /** The state that was told of last, its value, and when. */
  #told: Response
  #value: Value
  #toldAt: number
  #evaluatedAt: number
  /** The value that was seen last, told of or not: an edge is between two of these. */
  #seen: Value
  #edge = false

  constructor(attributes: ConditionalAttributes, reading: (response: Response) => Value, first: Response, now: number) {
    this.#attributes = attributes
    this.#valueOf = reading
    this.#told = first
    this.#value = reading(first)
    this.#seen = this.#value
    this.#toldAt = now
    this.#evaluatedAt = now
  }

  get askBy(): number {
    const { pmax, epmax } = this.#attributes
    return Math.min(this.#toldAt + milliseconds(pmax), this.#evaluatedAt + milliseconds(epmax))
  }

  due(state: Response, now: number): number {
    const { pmin, pmax } = this.#attributes
    const value = this.#valueOf(state)
    this.#evaluatedAt = now
    this.#see(value)
    if (now >= this.#toldAt + milliseconds(pmax)) return now
    if (!this.#isWanted(state, value)) return Number.POSITIVE_INFINITY
    return pmin === undefined ? now : Math.max(now, this.#toldAt + milliseconds(pmin))
  }

  reported(state: Response, now: number): void {
    this.#told = state
    this.#value = this.#valueOf(state)
    this.#seen = this.#value
    this.#toldAt = now
    this.#edge = false
  }

  /** Any one of the parameters is enough (3.7). Without one of those of 3.5 each new state is told of. */
  #isWanted(state: Response, value: Value): boolean {
    const { gt, lt, st, edge } = this.#attributes
    if (gt === undefined && lt === undefined && st === undefined && edge === undefined) return this.#isNew(state)
    if (edge !== undefined && this.#edge) return true
    if (gt === undefined && lt === undefined && st === undefined) return false
    const before = this.#value
    // What is no number cannot be compared: better told too often than not at all.
    if (typeof value !== 'number' || typeof before !== 'number') return this.#isNew(state)
    if (st !== undefined && stepOf(before, value) >= st) return true
    return this.#attributes.band === true
      ? value !== before && isInBand(value, gt, lt)
      : (gt !== undefined && before > gt !== value > gt) || (lt !== undefined && before < lt !== value < lt)
  }

  /** A change to the value of c.edge; it is past if the value has changed back before it was told of. */
  #see(value: Value): void {
    const { edge } = this.#attributes
    if (edge === undefined) return
    const before = truthOf(this.#seen)
    const now = truthOf(value)
    this.#seen = value
    this.#edge = now === edge && (this.#edge || before !== now)
  }

  #isNew({ code, payload, contentFormat }: Response): boolean {
    const told = this.#told
    return code !== told.code || contentFormat !== told.contentFormat || !equalBytes(payload, told.payload)
  }
}

/** True, false, 1 or 0; anything else is neither. */
export function truthOf(value: Value): boolean | undefined {
  if (typeof value === 'boolean') return value
  return value === 1 ? true : value === 0 ? false : undefined
}

/** 3.5.4: with `gt` below `lt` between the two, with `gt` above `lt` outside of them; with one of them on its side. */
function isInBand(value: number, gt: number | undefined, lt: number | undefined): boolean {
  if (gt === undefined) return lt !== undefined && value >= lt
  if (lt === undefined) return value <= gt
  return gt <= lt ? gt <= value && value <= lt : value > gt || value < lt
}

/** Decimals that are a step apart may be a little less as binary fractions. */
function stepOf(before: number, value: number): number {
  return Math.abs(value - before) + 4 * Number.EPSILON * Math.max(Math.abs(before), Math.abs(value))
}

function milliseconds(seconds = Number.POSITIVE_INFINITY): number {
  return seconds * 1000
}
