// Lockstep scripts: exactly what arrives at an endpoint and what it sends, as text. Read into steps here, run by runner.ts.
// README.md beside this file tells the language.

import type { Transmission } from '../../coap/src/message/transmission.ts'
import type { NetworkAddress } from '../../coap/src/network/network.ts'
import {
  type ContentPattern,
  type DatagramPattern,
  parseCode,
  parseContent,
  parseDatagram,
  parseToken,
} from './message-line.ts'
import { isPlaceholder, Placeholder } from './values.ts'
import { ScriptError, Words } from './words.ts'

export interface Script {
  /** A sentence about behaviour. */
  readonly title: string
  readonly file: string
  readonly line: number
  readonly setting: Setting
  readonly steps: readonly Step[]
}

/** What the first lines of a script say. */
export interface Setting {
  /** One of the handlers of handlers.ts; none: the endpoint only asks. */
  readonly handler: string | undefined
  readonly seed: number
  readonly endpoint: NetworkAddress
  /** In bytes: longer ones its network does not take. */
  readonly maxPacketSize: number
  readonly peers: ReadonlyMap<string, NetworkAddress>
  readonly transmission: Transmission
  readonly limits: Readonly<Record<string, number>>
  /** In bytes: requests and responses go through the block-wise layers, with blocks of this size. */
  readonly blockSize: number | undefined
  /** Requests of the endpoint go through the layer that answers Echo challenges. */
  readonly echo: boolean
}

export type Step = { readonly line: number; readonly text: string } & Action

export type Action =
  /** A peer sends this to the endpoint. */
  | { readonly kind: 'arrives'; readonly peer: string; readonly message: DatagramPattern }
  /** The endpoint has sent this to a peer. */
  | { readonly kind: 'leaves'; readonly peer: string; readonly message: DatagramPattern }
  /** The endpoint has sent nothing that was not in the script. */
  | { readonly kind: 'silence'; readonly peer: string }
  | { readonly kind: 'advance'; readonly milliseconds: number }
  | RequestAction
  | { readonly kind: 'ping'; readonly uri: string; readonly name: string }
  | { readonly kind: 'cancel'; readonly name: string }
  /** What became of a request or a ping. */
  | { readonly kind: 'outcome'; readonly name: string; readonly outcome: Outcome }
  /** The oldest request that the handler `held` has not answered is answered. */
  | { readonly kind: 'answer'; readonly response: ContentPattern }
  /** The subject that the handler `observed` shows has changed. */
  | { readonly kind: 'change'; readonly response: ContentPattern }
  /** How often the handler has been asked so far. */
  | { readonly kind: 'handled'; readonly times: number }
  /** What the endpoint has counted: `rejected.unmatched`. */
  | { readonly kind: 'counted'; readonly counter: string; readonly times: number }
  | { readonly kind: 'compare'; readonly left: Placeholder; readonly operator: string; readonly right: Placeholder }

export interface RequestAction {
  readonly kind: 'request'
  readonly name: string
  readonly confirmable: boolean
  readonly uri: string
  readonly token: Uint8Array | Placeholder
  readonly content: ContentPattern
}

export type Outcome =
  | { readonly kind: 'response' | 'notification'; readonly content: ContentPattern }
  /** `TimeoutError`, `AbortError` … by its name. */
  | { readonly kind: 'error'; readonly name: string }
  | { readonly kind: 'pending' | 'pong' | 'ended' }

export const defaultPeer = 'peer'

const defaults: Setting = {
  handler: undefined,
  seed: 1,
  endpoint: { host: '192.0.2.100', port: 5683 },
  maxPacketSize: 65_507,
  peers: new Map([[defaultPeer, { host: '192.0.2.1', port: 5683 }]]),
  transmission: {},
  limits: {},
  blockSize: undefined,
  echo: false,
}

/** All scripts of a file. Throws a `ScriptError` with file and line. */
export function parseScripts(text: string, file: string): Script[] {
  const scripts: { title: string; file: string; line: number; setting: Setting; steps: Step[] }[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const number = index + 1
    const script = scripts.at(-1)
    try {
      const [, title] = /^==\s+(.+?)\s*$/.exec(line) ?? []
      if (title !== undefined) {
        scripts.push({ title, file, line: number, setting: defaults, steps: [] })
        continue
      }
      const words = new Words(line)
      if (words.isEmpty) continue
      if (script === undefined) throw new ScriptError("expected a title first, like '== a ping is answered'")
      const setting = parseSetting(words, script.setting)
      if (setting === undefined)
        script.steps.push({ line: number, text: line.trim(), ...parseStep(words, script.setting) })
      else if (script.steps.length > 0) throw new ScriptError('settings stand before the first step')
      else script.setting = setting
      words.expectEnd()
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error
      throw new ScriptError(`${file}:${number}: ${error.message}`)
    }
  }
  return scripts
}

/** The setting with what a line says; undefined if the line is none of the setting. */
function parseSetting(words: Words, before: Setting): Setting | undefined {
  const keyword = words.peek()?.value
  if (keyword === undefined || !settingNames.includes(keyword)) return undefined
  words.bare('a setting')
  switch (keyword) {
    case 'handler':
      return { ...before, handler: words.bare('the name of a handler') }
    case 'seed':
      return { ...before, seed: parseCount(words, 'a seed') }
    case 'endpoint':
      return { ...before, endpoint: parseAddress(words) }
    case 'blockwise':
      return { ...before, blockSize: parseCount(words, 'a block size') }
    case 'echo':
      return { ...before, echo: true }
    case 'maxPacketSize':
      return { ...before, maxPacketSize: parseCount(words, 'a number of bytes') }
    case 'peer': {
      const name = words.bare('a name')
      if (!/^[A-Za-z]\w*$/.test(name)) throw new ScriptError(`expected a name like A, not '${name}'`)
      return { ...before, peers: new Map([...before.peers, [name, parseAddress(words)]]) }
    }
    case 'transmission': {
      const name = words.bare('a transmission parameter')
      return { ...before, transmission: { ...before.transmission, [name]: parseNumber(words, `a value for ${name}`) } }
    }
    default: {
      const name = words.bare('a limit')
      return { ...before, limits: { ...before.limits, [name]: parseCount(words, `a value for ${name}`) } }
    }
  }
}

const settingNames = [
  'handler',
  'seed',
  'endpoint',
  'maxPacketSize',
  'blockwise',
  'echo',
  'peer',
  'transmission',
  'limit',
]

const statements: Readonly<Record<string, (words: Words) => Action>> = {
  advance: (words) => ({ kind: 'advance', milliseconds: parseDuration(words) }),
  request: parseRequest,
  ping: (words) => ({ kind: 'ping', uri: words.bare('a URI'), name: parseName(words) }),
  cancel: (words) => ({ kind: 'cancel', name: words.bare('the name of a request') }),
  answer: (words) => ({ kind: 'answer', response: parseContent(parseCode(words), words) }),
  change: (words) => ({ kind: 'change', response: parseContent(parseCode(words), words) }),
  handled: (words) => ({ kind: 'handled', times: parseCount(words, 'how often') }),
  counted: (words) => ({ kind: 'counted', counter: words.bare('a counter'), times: parseCount(words, 'how often') }),
}

function parseStep(words: Words, { peers }: Setting): Action {
  const first = words.bare('a step')
  if (isArrow(first)) return parseDirection(first, defaultPeer, words)
  const second = words.peek()
  if (second?.kind === 'bare' && isArrow(second.value)) {
    if (!peers.has(first))
      throw new ScriptError(`there is no peer '${first}': expected 'peer ${first} 192.0.2.2:5683' above`)
    return parseDirection(words.bare('an arrow'), first, words)
  }
  if (isPlaceholder(first)) return parseComparison(first, words)
  if (words.skip('=')) return { kind: 'outcome', name: first, outcome: parseOutcome(words) }
  const parse = statements[first]
  if (parse === undefined)
    throw new ScriptError(`'${first}' begins no step: expected ->, <- or ${Object.keys(statements).join(', ')}`)
  return parse(words)
}

function parseDirection(arrow: string, peer: string, words: Words): Action {
  if (arrow === '->') return { kind: 'arrives', peer, message: parseDatagram(words) }
  if (words.skip('nothing')) return { kind: 'silence', peer }
  return { kind: 'leaves', peer, message: parseDatagram(words) }
}

function isArrow(word: string): boolean {
  return word === '->' || word === '<-'
}

/** `request NON GET coap://192.0.2.1/x token 4a Accept 50 as r1` */
function parseRequest(words: Words): Action {
  const confirmable = !words.skip('NON')
  words.skip('CON')
  const code = parseCode(words)
  const uri = words.bare('a URI')
  const name = parseName(words)
  const token = words.skip('token') ? parseToken(words) : new Uint8Array(0)
  return { kind: 'request', name, confirmable, uri, token, content: parseContent(code, words) }
}

function parseName(words: Words): string {
  if (!words.skip('as')) throw new ScriptError("expected 'as' and a name, like 'as r1'")
  return words.bare('a name')
}

function parseOutcome(words: Words): Outcome {
  const word = words.bare('response, notification, pending, pong, ended or the name of an error')
  switch (word) {
    case 'response':
    case 'notification':
      return { kind: word, content: parseContent(parseCode(words), words) }
    case 'pending':
    case 'pong':
    case 'ended':
      return { kind: word }
    default:
      if (!/^[A-Z]\w*Error$/.test(word)) throw new ScriptError(`'${word}' is no outcome`)
      return { kind: 'error', name: word }
  }
}

function parseComparison(left: string, words: Words): Action {
  const operator = words.bare('==, !=, > or follows')
  if (!['==', '!=', '>', 'follows'].includes(operator))
    throw new ScriptError(`expected ==, !=, > or follows, not '${operator}'`)
  const right = words.bare('a placeholder')
  if (!isPlaceholder(right)) throw new ScriptError(`expected a placeholder like $id, not '${right}'`)
  return { kind: 'compare', left: new Placeholder(left), operator, right: new Placeholder(right) }
}

function parseDuration(words: Words): number {
  const number = parseNumber(words, 'a duration like 2 s')
  const unit = words.bare('ms or s')
  if (unit !== 'ms' && unit !== 's') throw new ScriptError(`expected ms or s, not '${unit}'`)
  return unit === 's' ? Math.round(number * 1000) : number
}

function parseCount(words: Words, expected: string): number {
  const number = parseNumber(words, expected)
  if (!Number.isSafeInteger(number)) throw new ScriptError(`expected ${expected}: an integer, not ${number}`)
  return number
}

function parseNumber(words: Words, expected: string): number {
  const word = words.bare(expected)
  if (!/^\d+(?:\.\d+)?$/.test(word)) throw new ScriptError(`expected ${expected}, not '${word}'`)
  return Number(word)
}

function parseAddress(words: Words): NetworkAddress {
  const word = words.bare('an address like 192.0.2.1:5683')
  const [, ipv6, ipv4, port] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(word) ?? []
  const host = ipv6 ?? ipv4
  if (host === undefined)
    throw new ScriptError(`expected an address like 192.0.2.1:5683 or [2001:db8::1]:5683, not '${word}'`)
  return { host, port: Number(port) }
}
