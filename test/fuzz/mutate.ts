// Changes inputs: a few small changes at random places, out of what has been of use to fuzzers everywhere.

import type { Dice } from '../simulation/dice.ts'
import type { Target, Units } from './target.ts'

/** The longest input that is made of shorter ones. */
const longest = 2000

/** `other` is an input to take pieces from. */
export function mutate(input: Units, other: Units, { words, units }: Target, dice: Dice): Units {
  const result = [...input]
  for (let left = dice.pick([1, 1, 2, 3, 5, 10]); left > 0; left--) {
    const change = dice.pick(changes)
    change({ result, other, words, dice, highest: units === 'text' ? 0xffff : 0xff })
  }
  return result.slice(0, longest)
}

export function random({ units, words }: Target, dice: Dice): Units {
  const result: number[] = []
  while (result.length === 0 || dice.chance(0.9)) {
    if (dice.chance(0.3) && words.length > 0) result.push(...dice.pick(words))
    else result.push(unit(dice, units === 'text' ? 0xffff : 0xff))
  }
  return result
}

interface Change {
  readonly result: number[]
  readonly other: Units
  readonly words: readonly Units[]
  readonly dice: Dice
  /** The highest value of a unit. */
  readonly highest: number
}

const changes: readonly ((change: Change) => void)[] = [
  function flipBit({ result, dice, highest }) {
    const at = place(result, dice)
    const bit = dice.integer(0, highest === 0xff || dice.chance(0.9) ? 7 : 15)
    if (at < result.length) result[at] = (result[at] as number) ^ (1 << bit)
  },
  function replace({ result, dice, highest }) {
    const at = place(result, dice)
    if (at < result.length) result[at] = unit(dice, highest)
  },
  function count({ result, dice, highest }) {
    const at = place(result, dice)
    if (at < result.length) result[at] = ((result[at] as number) + dice.integer(-4, 4)) & highest
  },
  function insert({ result, dice, highest }) {
    const units = Array.from({ length: dice.pick([1, 1, 2, 4, 16]) }, () => unit(dice, highest))
    result.splice(place(result, dice), 0, ...units)
  },
  function insertWord({ result, words, dice }) {
    if (words.length > 0) result.splice(place(result, dice), 0, ...dice.pick(words))
  },
  function overwriteWord({ result, words, dice }) {
    if (words.length === 0) return
    const word = dice.pick(words)
    result.splice(place(result, dice), word.length, ...word)
  },
  function remove({ result, dice }) {
    result.splice(place(result, dice), dice.pick([1, 1, 2, 4, 16]))
  },
  function cut({ result, dice }) {
    result.length = place(result, dice)
  },
  function repeat({ result, dice }) {
    const start = place(result, dice)
    const piece = result.slice(start, start + dice.integer(1, 16))
    for (let times = dice.pick([1, 1, 2, 10]); times > 0; times--) result.splice(start, 0, ...piece)
  },
  function takeFromOther({ result, other, dice }) {
    const start = place(other, dice)
    result.splice(place(result, dice), dice.chance(0.5) ? 0 : 8, ...other.slice(start, start + dice.integer(1, 32)))
  },
  function goOnAsOther({ result, other, dice }) {
    result.length = place(result, dice)
    result.push(...other.slice(place(other, dice)))
  },
]

function place(units: Units, dice: Dice): number {
  return dice.integer(0, units.length)
}

function unit(dice: Dice, highest: number): number {
  if (dice.chance(0.4)) return dice.pick(interesting)
  return dice.integer(0, highest > 0xff && dice.chance(0.8) ? 0x7f : highest)
}

const interesting = [
  0, 1, 2, 0x0c, 0x0d, 0x0e, 0x0f, 0x20, 0x40, 0x60, 0x7f, 0x80, 0xd0, 0xdd, 0xe0, 0xee, 0xf0, 0xfe, 0xff,
]
