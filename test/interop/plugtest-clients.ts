// The clients that ask the test resources of examples/plugtest: what they are told to send, and what they got in the end. What went over
// the wire is the wire's to tell.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { libcoap } from './libcoap.ts'
import type { Method, Peer } from './peer.ts'
import { run } from './program.ts'
import { aiocoap, californium } from './programs.ts'

export interface Asking {
  /** Default: GET. */
  readonly method?: Method
  /** Text, sent as text/plain. */
  readonly payload?: string
  /** Default: true. */
  readonly confirmable?: boolean
  readonly options?: readonly { readonly number: number; readonly value: Uint8Array }[]
  /** Bytes of a block, that is asked for from the first one on. */
  readonly blockSize?: number
}

export interface PlugtestClient {
  readonly peer: Peer
  /** The whole content of the answer, as text; whatever its code. */
  ask(uri: string, asking: Asking): Promise<string>
  /** All content that came, one after the other: of so many notifications, the first answer included, or of what comes in so many seconds. */
  observe(uri: string, count: number, seconds: number, asking?: Pick<Asking, 'confirmable'>): Promise<string>
  /** Case → why it cannot be tried. */
  readonly cannot: Readonly<Record<string, string>>
  /** Case → what the client does wrong. */
  readonly faults: Readonly<Record<string, string>>
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const ofLibcoap: PlugtestClient = {
  peer: libcoap,
  async ask(uri, { method = 'GET', payload, confirmable = true, options = [], blockSize }) {
    const args = ['-B', '8', '-m', method.toLowerCase()]
    if (!confirmable) args.push('-N')
    if (payload !== undefined) args.push('-t', '0', '-e', encodeURIComponent(payload))
    if (blockSize !== undefined) args.push('-b', String(blockSize))
    for (const { number, value } of options) args.push('-O', `${number},0x${Buffer.from(value).toString('hex')}`)
    return content([...args, uri])
  },
  observe: (uri, _count, seconds, { confirmable = true } = {}) =>
    content(['-B', '20', ...(confirmable ? [] : ['-N']), '-s', String(seconds), uri]),
  cannot: {},
  faults: {},
}

/** What coap-client writes to a file. */
async function content(args: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'coapstone-interop-'))
  const file = join(folder, 'content')
  try {
    await run('coap-client-notls', ['-o', file, ...args])
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '' // it makes no file for nothing
    throw error
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function programClient(
  peer: Peer,
  command: readonly [string, ...string[]],
  { cannot = {}, faults = {} }: Partial<Pick<PlugtestClient, 'cannot' | 'faults'>> = {},
): PlugtestClient {
  const [program, ...before] = command
  const answer = async (args: readonly string[]): Promise<Printed> => {
    const { status, output } = await run(program, [...before, ...args])
    if (status !== 0) throw new Error(`the client ended with ${status}: ${output.trim()}`)
    return JSON.parse(output)
  }
  return {
    peer,
    async ask(uri, { method = 'GET', payload, confirmable = true, options = [], blockSize }) {
      const args = ['--method', method]
      if (!confirmable) args.push('--non')
      if (payload !== undefined) args.push('--payload', payload)
      if (blockSize !== undefined) args.push('--block-size', String(blockSize))
      for (const { number, value } of options) args.push('--option', `${number}=${Buffer.from(value).toString('hex')}`)
      return (await answer([...args, uri])).payload
    },
    async observe(uri, count, seconds, { confirmable = true } = {}) {
      const args = [
        '--observe',
        String(count),
        '--timeout',
        String(seconds + 12),
        ...(confirmable ? [] : ['--non']),
        uri,
      ]
      return (await answer(args)).notifications.map(({ payload }) => payload).join('')
    },
    cannot,
    faults,
  }
}

interface Printed {
  readonly payload: string
  readonly notifications: readonly { readonly payload: string }[]
}

export const plugtestClients: readonly PlugtestClient[] = [
  ofLibcoap,
  programClient(aiocoap, [here('.peers/venv/bin/python'), here('peers/aiocoap/client.py')]),
  programClient(californium, [
    'java',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-cp',
    `${here('.peers/californium/classes')}:${here('.peers/californium/lib')}/*`,
    'Client',
  ]),
]
