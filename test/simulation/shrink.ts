// Makes a world that breaks something smaller, as long as the smaller one breaks the same: fewer deeds, fewer faults, simpler deeds.

import { type Outcome, simulate } from './simulation.ts'
import type { Broken } from './verdict.ts'
import type { Action, World } from './world.ts'

export interface Shrunk {
  readonly world: World
  readonly broken: Broken
  /** How many worlds were tried. */
  readonly tries: number
}

/** `outcome` is what `simulate` said of `world`. */
export async function shrink(world: World, outcome: Outcome, mostTries = 3000): Promise<Shrunk> {
  const shrinker = new Shrinker(world, outcome.broken as Broken, mostTries)
  await shrinker.accept({ ...world, faults: outcome.faults })
  for (let before = -1; before !== shrinker.successes; ) {
    before = shrinker.successes
    await shrinker.drop('actions')
    await shrinker.drop('faults')
    await shrinker.simplify()
  }
  return shrinker
}

class Shrinker implements Shrunk {
  world: World
  broken: Broken
  tries = 0
  successes = 0
  readonly #mostTries: number

  constructor(world: World, broken: Broken, mostTries: number) {
    this.world = world
    this.broken = broken
    this.#mostTries = mostTries
  }

  /** Takes the world if it breaks the same. */
  async accept(world: World): Promise<boolean> {
    if (this.tries === this.#mostTries) return false
    this.tries++
    const { broken } = await simulate(world)
    if (broken?.invariant !== this.broken.invariant) return false
    this.world = world
    this.broken = broken
    this.successes++
    return true
  }

  /** Leaves out ever smaller pieces of a list. */
  async drop(what: 'actions' | 'faults'): Promise<void> {
    const list = (): readonly unknown[] => this.world[what] as readonly unknown[]
    if (!Array.isArray(list())) return
    for (let size = Math.ceil(list().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let start = 0; start < list().length; ) {
        const rest = [...list().slice(0, start), ...list().slice(start + size)]
        if (!(await this.accept({ ...this.world, [what]: rest }))) start += size
      }
    }
  }

  async simplify(): Promise<void> {
    for (const index of this.world.actions.keys()) {
      for (const simpler of simplerThan(this.world.actions[index] as Action)) {
        await this.accept({ ...this.world, actions: this.world.actions.with(index, simpler) })
      }
    }
  }
}

function simplerThan(action: Action): Action[] {
  if (action.kind !== 'request' && action.kind !== 'observe') return []
  const simpler: Action[] = []
  const { abortAfter, handling, ...withoutAbort } = action
  const { delay, ...atOnce } = handling
  if (abortAfter !== undefined) simpler.push({ ...withoutAbort, handling } as Action)
  if (delay !== undefined) simpler.push({ ...action, handling: atOnce })
  if (handling.ending !== 'answer') simpler.push({ ...action, handling: { ...handling, ending: 'answer' } })
  if (action.kind === 'request' && action.payloadLength > 0) simpler.push({ ...action, payloadLength: 0 })
  if (action.kind === 'observe' && action.readDelay > 0) simpler.push({ ...action, readDelay: 0 })
  if (action.kind === 'observe' && action.leaveAfter !== undefined) {
    const { leaveAfter: _, ...stays } = action
    simpler.push(stays)
  }
  return simpler
}
