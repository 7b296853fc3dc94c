// What is told of a seed that breaks something: the rule, the smallest world that breaks it too, and its script.

import { lockstepScript } from './lockstep-script.ts'
import { shrink } from './shrink.ts'
import { type Outcome, simulate } from './simulation.ts'
import type { Broken } from './verdict.ts'
import type { World } from './world.ts'

export async function reportOf(world: World, outcome: Outcome, bug?: string): Promise<string> {
  const { invariant, at, inhabitant, detail } = outcome.broken as Broken
  const small = await shrink(world, outcome)
  const { entries } = await simulate(small.world, true)
  const { length } = small.world.faults as readonly unknown[]
  const again = `npm run simulate -- --seeds 1 --from ${world.seed}${bug === undefined ? '' : ` --bug ${bug}`}`
  return [
    `seed ${world.seed} breaks: ${invariant}`,
    `  at ${at} ms, by ${world.inhabitants[inhabitant]?.name}: ${detail}`,
    `  again: ${again}`,
    `  shrunk in ${small.tries} tries to ${small.world.actions.length} actions and ${length} faults:`,
    '',
    lockstepScript(small.world, small.broken, entries),
  ].join('\n')
}
