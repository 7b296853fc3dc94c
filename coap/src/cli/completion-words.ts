// The words that a command line may go on with: of the same tables as its arguments are read by. Whatever shell asks, it gets words whole;
// to quote them is its part.

import { readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { Client } from '../client/client.ts'
import { parseLinks } from '../links/parse-links.ts'
import { contentFormats, mediaTypeOf } from '../message/content-format.ts'
import { options } from '../message/option.ts'
import type { Flag, Values } from './arguments.ts'
import { type Command, helpFlag } from './command.ts'
import { formatNames } from './format-name.ts'
import { printable } from './printable.ts'

export interface Completion {
  /** Ends with `/`, `=`, `@` or `:` where it goes on. */
  readonly word: string
  /** A few words. */
  readonly help?: string
}

/** Milliseconds that somebody who pressed TAB waits for a server. */
const patience = 1000

/** `words` come after `coapstone`; the last one is there in part, or empty. */
export async function completionsOf(words: readonly string[], commands: readonly Command[]): Promise<Completion[]> {
  const current = words.at(-1) ?? ''
  const [name] = words
  if (words.length < 2 || name === undefined)
    return beginningWith(current, [...commandWords(commands), ...programFlags])
  if (name === 'help')
    return words.length > 2 ? [] : beginningWith(current, [...commandWords(commands), { word: 'exit-codes' }])
  const command = commands.find((each) => each.name === name)
  if (command === undefined) return []
  const { expects, prefix, flags } = positionIn(command, words.slice(1, -1), current)
  if (flags !== undefined) return beginningWith(current, flags)
  // Shells find the home folder at the beginning of a word only.
  const homeless = /^(?:--[^=]*=|@)~/.test(current)
  const found = expects === undefined || homeless ? [] : await valuesOf(expects, current.slice(prefix.length))
  return beginningWith(
    current,
    found.map(({ word, ...rest }) => ({ word: prefix + word, ...rest })),
  )
}

function beginningWith(current: string, found: readonly Completion[]): Completion[] {
  // What a person cannot type, a shell must not insert.
  return found.filter(({ word }) => word.startsWith(current) && printable(word) === word && !/[\t\n]/.test(word))
}

interface Position {
  /** What values stand here. */
  readonly expects: Values | undefined
  /** What of the word is no part of the value: `--accept=`. */
  readonly prefix: string
  /** The word is a flag: these are left. */
  readonly flags?: readonly Completion[]
}

/** What the words before the last one make of it. */
function positionIn({ flags: own, positionals }: Command, before: readonly string[], current: string): Position {
  const flags = [...own, helpFlag]
  const given = new Set<Flag>()
  let waiting: Flag | undefined
  let onlyPositionals = false
  let count = 0
  for (const word of before) {
    if (waiting !== undefined) waiting = undefined
    else if (onlyPositionals || !/^-./.test(word)) count++
    else if (word === '--') onlyPositionals = true
    else waiting = flagOf(word, flags, given)
  }
  if (waiting !== undefined) return { expects: waiting.values, prefix: '' }
  if (onlyPositionals || !current.startsWith('-')) return { expects: positionals?.[count], prefix: '' }
  const [name, value] = /^--([^=]+)=/.exec(current) ?? []
  if (name !== undefined) return { expects: flags.find((flag) => flag.name === value)?.values, prefix: name }
  const left = flags.filter((flag) => flag.repeatable || !given.has(flag))
  return { expects: undefined, prefix: '', flags: left.map((flag) => ({ word: `--${flag.name}`, help: flag.help })) }
}

/** The flag whose value is the next word, if there is one. Adds all flags of the word to `given`. */
function flagOf(word: string, flags: readonly Flag[], given: Set<Flag>): Flag | undefined {
  if (word.startsWith('--')) {
    const flag = flags.find(({ name }) => name === word.slice(2).replace(/=.*/s, ''))
    if (flag !== undefined) given.add(flag)
    return flag?.value !== undefined && !word.includes('=') ? flag : undefined
  }
  for (let at = 1; at < word.length; at++) {
    const flag = flags.find(({ short }) => short === word[at])
    if (flag === undefined) return undefined
    given.add(flag)
    if (flag.value !== undefined) return at === word.length - 1 ? flag : undefined
  }
  return undefined
}

async function valuesOf(values: Values, current: string): Promise<Completion[]> {
  switch (values) {
    case 'file':
      return entries(current, true)
    case 'folder':
      return entries(current, false)
    case 'format':
      return current.includes('/') ? mediaTypes() : shortFormats()
    case 'option':
      return options.map(({ name, number, format }) => ({
        word: format.name === 'empty' ? name : `${name}=`,
        help: `option ${number}`,
      }))
    case 'payload':
      if (current.startsWith('@')) return entries(current.slice(1), true).map(({ word }) => ({ word: `@${word}` }))
      return [
        { word: '@', help: 'what is in a file' },
        { word: '-', help: 'standard input' },
      ]
    case 'uri':
      return uris(current)
    default:
      return values.map((word) => ({ word }))
  }
}

function commandWords(commands: readonly Command[]): Completion[] {
  return [...commands.map(({ name, summary }) => ({ word: name, help: summary })), { word: 'help', help: 'explains' }]
}

const programFlags: readonly Completion[] = [
  { word: '--help', help: 'the commands' },
  { word: '--version', help: 'which version this is' },
]

function shortFormats(): Completion[] {
  return [...formatNames()].map(([word, number]) => ({ word, help: mediaTypeOf(number) ?? String(number) }))
}

function mediaTypes(): Completion[] {
  const types = contentFormats().filter(([, type, coding]) => coding === undefined && !type.includes(';'))
  return types.map(([number, type]) => ({ word: type, help: String(number) }))
}

/** What is in the folder that the path has come to: folders end with a slash. Hidden ones are shown to who begins with the dot. */
function entries(path: string, withFiles: boolean): Completion[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const hidden = path.slice(folder.length).startsWith('.')
  try {
    const place = folder.startsWith('~/') ? homedir() + folder.slice(1) : folder || '.'
    return readdirSync(place)
      .filter((name) => hidden || !name.startsWith('.'))
      .sort()
      .flatMap((name) => {
        const isFolder = statSync(`${place}/${name}`, { throwIfNoEntry: false })?.isDirectory()
        return isFolder ? [{ word: `${folder}${name}/` }] : withFiles ? [{ word: folder + name }] : []
      })
  } catch {
    return [] // nothing is there, or it may not be read
  }
}

/** Resources, once it is said of whom: their server is asked. */
async function uris(current: string): Promise<Completion[]> {
  const [origin] = /^coap:\/\/[^/?#]+(?=\/)/.exec(current) ?? []
  if (origin === undefined) return [{ word: 'coap://localhost/', help: 'this machine' }, { word: 'coap://' }]
  const client = new Client()
  try {
    const response = await client.get(`${origin}/.well-known/core`, { timeout: patience })
    if (!response.ok) return []
    return parseLinks(await response.body.text())
      .filter(({ target }) => /^\/[!-~]*$/.test(target))
      .map(({ target, title }) => ({ word: origin + target, ...(title !== undefined && { help: oneLine(title) }) }))
  } catch {
    return [] // nobody answers: there is nothing to complete
  } finally {
    await client.close()
  }
}

function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, ' ')
}
