// What one endpoint of a world has lived through, as a script in the language of test/lockstep: the datagrams exactly, and what its
// application did. Who only asks is shown so that the script runs; what a server's application does is a comment.

import { formatDatagram } from '../lockstep/message-line.ts'
import { seedOfLife } from './life.ts'
import type { Broken } from './verdict.ts'
import type { Noted, Passed } from './wire-log.ts'
import { addressOf, type World } from './world.ts'

/** From the opening of the endpoint that was at the inhabitant's address when the rule was broken. */
export function lockstepScript(world: World, broken: Broken, entries: readonly (Passed | Noted)[]): string {
  const { invariant, at, detail, inhabitant: index } = broken
  const own = entries.filter((entry) => entry.inhabitant === index && entry.at <= at)
  const life = own.at(-1)?.life ?? 1
  const names = new Map(world.inhabitants.map(({ host, name }) => [host, name]))
  const lines = [
    `== seed ${world.seed}: ${invariant}`,
    `# at ${at} ms: ${detail.split('\n').join('\n# ')}`,
    `seed ${seedOfLife(world, index, life)}`,
  ]
  for (const inhabitant of world.inhabitants) {
    const { host, port } = addressOf(inhabitant)
    lines.push(
      inhabitant === world.inhabitants[index] ? `endpoint ${host}:${port}` : `peer ${inhabitant.name} ${host}:${port}`,
    )
  }
  for (const [name, value] of Object.entries(world.transmission)) lines.push(`transmission ${name} ${value}`)
  let time = 0
  for (const entry of own) {
    if (entry.life !== life) continue
    if (entry.at > time) lines.push(`advance ${entry.at - time} ms`)
    time = entry.at
    if (entry.kind === 'note') lines.push(entry.text)
    else
      lines.push(`${names.get(entry.host)} ${entry.kind === 'arrives' ? '->' : '<-'} ${formatDatagram(entry.packet)}`)
  }
  return `${lines.join('\n')}\n`
}
