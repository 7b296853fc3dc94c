// The test resources' part of docs/interop.md, made from a run.

import { plugtestCases } from './plugtest-cases.ts'
import { plugtestClients } from './plugtest-clients.ts'
import type { Outcome } from './report.ts'

export interface PlugtestResult {
  readonly client: string
  readonly case: string
  outcome: Outcome
  /** Why it could not be tried, or failed as expected. */
  note?: string
}

const words: Record<Outcome, string> = { passed: 'yes', failed: '**no**', fault: 'fault', cannot: '–' }

/** The section. `versions` are those of the clients by their names. */
export function plugtestSection(results: readonly PlugtestResult[], versions: ReadonlyMap<string, string>): string {
  const clients = plugtestClients.map(({ peer }) => peer.name).filter((name) => versions.has(name))
  const notes: string[] = []
  const row = (...cells: string[]) => `| ${cells.join(' | ')} |`
  const cellOf = (client: string, id: string) => {
    const result = results.find((each) => each.client === client && each.case === id)
    if (result === undefined) return ''
    if (result.note === undefined) return words[result.outcome]
    if (!notes.includes(result.note)) notes.push(result.note)
    return `${words[result.outcome]} (${String.fromCodePoint(97 + notes.indexOf(result.note))})`
  }
  const rows = plugtestCases.map(({ id, resources, title, source }) =>
    row(resources, title, source, ...clients.map((client) => cellOf(client, id))),
  )
  const heads = clients.map((name) => `${name} ${versions.get(name)}`)
  const table = [
    row('resource', 'case', 'from', ...heads),
    row('---', '---', '---', ...heads.map(() => '---')),
    ...rows,
  ].join('\n')
  const numbered = notes.map((note, index) => `- ${String.fromCodePoint(97 + index)}: ${note}.`).join('\n')
  return [intro, table, numbered].filter(Boolean).join('\n\n')
}

const intro = `## The test resources of the example server, for the client

What each resource of \`npm start\` does, and where it comes from: [examples/plugtest](../examples/plugtest/README.md). CORE, LINK, BLOCK and
OBS are test descriptions of ETSI's CoAP plugtests (TD_COAP_…).`
