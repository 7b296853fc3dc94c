// docs/interop.md, made from a run.

import { cases } from './cases.ts'
import type { Peer } from './peer.ts'

export type Outcome = 'passed' | 'failed' | 'fault' | 'cannot'

export interface Result {
  readonly client: string
  readonly server: string
  readonly case: string
  outcome: Outcome
  /** Why it could not be tried, or failed as expected. */
  note?: string
}

type Named = Pick<Peer, 'name' | 'remarks'>

/** The page. `versions` are those of subjects and peers by their names. */
export function report(
  subjects: readonly Named[],
  peers: readonly Named[],
  versions: ReadonlyMap<string, string>,
  results: readonly Result[],
): string {
  const notes: string[] = []
  const sections = subjects.flatMap(({ name }) => {
    const ofServer = (peer: string) => results.filter((each) => each.client === name && each.server === peer)
    const ofClient = (peer: string) => results.filter((each) => each.client === peer && each.server === name)
    return [
      `## ${name} ${versions.get(name)} as client, of the server`,
      table(peers, versions, ofServer, notes),
      `## ${name} ${versions.get(name)} as server, for the client`,
      table(peers, versions, ofClient, notes),
    ]
  })
  const numbered = notes.map((note, index) => `${index + 1}. ${note}`).join('\n')
  const remarks = peers.flatMap((peer) => peer.remarks.map((remark) => `- ${peer.name}: ${remark}.`)).join('\n')
  const paragraphs = [intro, ...sections, legend, numbered, remarks && `## What else they do\n\n${remarks}`]
  return `${paragraphs.filter(Boolean).join('\n\n')}\n`
}

const intro = `# Interoperability

What other implementations and ours say to each other over UDP, tried by \`npm run interop\`, which writes this page
(\`test/interop/install-peers.sh\` installs the others). Each case is judged by what the caller of the client got and by the
datagrams that went between the two.`

const legend = "yes: works · **no**: does not · fault: fails, by the other's fault · –: the other cannot be asked"

const words: Record<Outcome, string> = { passed: 'yes', failed: '**no**', fault: 'fault', cannot: '–' }

function table(
  peers: readonly Named[],
  versions: ReadonlyMap<string, string>,
  of: (peer: string) => readonly Result[],
  notes: string[],
): string {
  const row = (...cells: string[]) => `| ${cells.join(' | ')} |`
  const heads = peers.map(({ name }) => `${name} ${versions.get(name)}`)
  const rows = cases.map(({ id, title, section }) => {
    const cells = peers.map(({ name }) => {
      const result = of(name).find((each) => each.case === id)
      return result ? words[result.outcome] + reference(result, notes) : ''
    })
    return row(title, section, ...cells)
  })
  return [row('case', 'section', ...heads), row('---', '---', ...heads.map(() => '---')), ...rows].join('\n')
}

/** The number of the note that says why, in parentheses. */
function reference({ note }: Result, notes: string[]): string {
  if (!note) return ''
  const text = `${note}.`
  if (!notes.includes(text)) notes.push(text)
  return ` (${notes.indexOf(text) + 1})`
}
