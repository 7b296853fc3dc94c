// docs/interop.md, made from a run.

import { cases } from './cases.ts'
import { negotiation } from './negotiation.ts'
import type { Peer } from './peer.ts'
import { exponents, sizes, transferMethods, transfers } from './transfers.ts'

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
  const matrices = subjects.flatMap(({ name }) =>
    peers.map((peer) => matrix(name, peer.name, versions, results, notes)),
  )
  const numbered = notes.map((note, index) => `${index + 1}. ${note}`).join('\n')
  const remarks = peers.flatMap((peer) => peer.remarks.map((remark) => `- ${peer.name}: ${remark}.`)).join('\n')
  const paragraphs = [
    intro,
    ...sections,
    blockwise,
    ...matrices,
    legend,
    numbered,
    remarks && `## What else they do\n\n${remarks}`,
  ]
  return `${paragraphs.filter(Boolean).join('\n\n')}\n`
}

const intro = `# Interoperability

What other implementations and ours say to each other over UDP, tried by \`npm run interop\`, which writes this page
(\`test/interop/install-peers.sh\` installs the others). Each case is judged by what the caller of the client got and by the
datagrams that went between the two.`

const blockwise = `## Block-wise transfers (RFC 7959)

Bodies of so many bytes, with blocks of the size that the client asks for; what arrived is compared with what was sent, byte for byte, and
the blocks on the wire with the size.`

const legend = "yes: works · **no**: does not · fault: fails, by the other's fault · –: the other cannot be asked"

const words: Record<Outcome, string> = { passed: 'yes', failed: '**no**', fault: 'fault', cannot: '–' }

function table(
  peers: readonly Named[],
  versions: ReadonlyMap<string, string>,
  of: (peer: string) => readonly Result[],
  notes: string[],
): string {
  const heads = peers.map(({ name }) => `${name} ${versions.get(name)}`)
  const rows = [...cases, ...negotiation].map(({ id, title, section }) => {
    const cells = peers.map(({ name }) => {
      const result = of(name).find((each) => each.case === id)
      return result ? words[result.outcome] + reference(result, notes) : ''
    })
    return row(title, section, ...cells)
  })
  return [row('case', 'section', ...heads), row('---', '---', ...heads.map(() => '---')), ...rows].join('\n')
}

/** A row for who asks, how, and in which blocks; a column for each number of bytes. */
function matrix(
  name: string,
  peer: string,
  versions: ReadonlyMap<string, string>,
  results: readonly Result[],
  notes: string[],
): string {
  const pairs = [
    [name, peer],
    [peer, name],
  ] as const
  const rows = pairs.flatMap(([client, server]) =>
    transferMethods.flatMap((method) =>
      exponents.map((exponent) => {
        const cells = transfers
          .filter((each) => each.method === method && each.exponent === exponent)
          .map(({ id }) => results.find((each) => each.client === client && each.server === server && each.case === id))
          .map((result) => (result ? words[result.outcome] + reference(result, notes) : ''))
        return row(`${client} asks`, method, String(16 << exponent), ...cells)
      }),
    ),
  )
  const heads = sizes.map((size) => size.toLocaleString('en'))
  const head = row(`${peer} ${versions.get(peer)}`, 'method', 'block', ...heads)
  return [head, row('---', '---', ...['---', ...heads].map(() => '--:')), ...rows].join('\n')
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** The number of the note that says why, in parentheses. */
function reference({ note }: Result, notes: string[]): string {
  if (!note) return ''
  const text = `${note}.`
  if (!notes.includes(text)) notes.push(text)
  return ` (${notes.indexOf(text) + 1})`
}
