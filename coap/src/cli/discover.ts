// `coapstone discover`: who is there (RFC 7252 7, 8; RFC 6690 4), and who announces itself by mDNS.

import { Client } from '../client/client.ts'
import type { DiscoveredServer, DiscoverInit } from '../client/discovery.ts'
import type { Flag } from './arguments.ts'
import type { Command, Invocation } from './command.ts'
import { CommandError, usageError } from './command-error.ts'
import { serverLine, serverRecord, serversTable, serverTree } from './discovered-text.ts'
import { durationOf, durationText } from './duration.ts'
import { ExitCode } from './exit-code.ts'
import { askingFlags } from './request-flags.ts'
import { tapsOf } from './taps.ts'
import { parseUri } from './uri-argument.ts'

const defaultTimeout = 8000
/** Milliseconds between two looks, of which a server has to miss two to be gone. */
const pause = 30_000

const flags: readonly Flag[] = [
  {
    name: 'filter',
    short: 'f',
    value: 'NAME=VALUE',
    repeatable: true,
    help: "only links like that: rt=temperature, title='Kitchen*', obs",
  },
  { name: 'table', help: 'all resources as one table, at the end' },
  { name: 'watch', short: 'w', help: 'go on: say who comes and who goes, until Ctrl-C' },
  { name: 'interface', short: 'i', value: 'NAME', help: 'ask through this one; else through all' },
  { name: 'hops', value: 'NUMBER', help: 'how many networks the question may pass; default 1: it stays on the link' },
  { name: 'no-mdns', help: 'ask groups only' },
]

export const discover: Command = {
  name: 'discover',
  summary: 'find servers and what they offer',
  usage: '[GROUP…]',
  description: [
    'Finds servers near here: asks All CoAP Nodes for their links, and those that announce themselves as _coap._udp by mDNS. ' +
      'Each takes its time to answer: by default all have 8 seconds.',
    'A server with several addresses is shown once for each that answers. GROUP is a URI such as coap://[ff02::fd%eth0], or several, to ask ' +
      'instead.',
  ],
  examples: [
    ['discover', 'who is there'],
    ["discover --filter 'rt=temperature*' --table", 'what has a temperature'],
    ['discover --watch --json', 'who comes and goes, for another program'],
  ],
  flags: [
    ...flags,
    ...askingFlags.filter(({ name }) => name !== 'timeout'),
    { name: 'timeout', value: 'DURATION', help: 'how long to wait for answers; default 8s' },
  ],
  run,
}

async function run(invocation: Invocation): Promise<ExitCode> {
  const { arguments: given, terminal, signal } = invocation
  const init = { ...initOf(invocation), signal }
  if (given.has('table') && (given.has('json') || given.has('watch')))
    throw usageError('--table is made at the end, of all: it goes with neither --json nor --watch')
  const taps = tapsOf(invocation)
  const client = new Client({ network: taps.around })
  try {
    if (given.has('watch')) return await watch(client, init, invocation)
    const found: DiscoveredServer[] = []
    for await (const server of client.discover(init)) {
      found.push(server)
      if (!given.has('table')) show(server, invocation)
    }
    if (found.length === 0)
      throw new CommandError(
        ExitCode.timeout,
        `nobody has answered within ${durationText(init.timeout ?? defaultTimeout)}`,
        'servers answer if they are members of All CoAP Nodes, on this link; --filter may be too narrow',
      )
    if (given.has('table')) terminal.print(serversTable(found, terminal.paint))
    return ExitCode.success
  } finally {
    await client.close()
    taps.close()
  }
}

/** Looks again and again. It ends by Ctrl-C only, as an error. */
async function watch(client: Client, init: DiscoverInit, invocation: Invocation): Promise<never> {
  const { arguments: given, terminal, signal } = invocation
  /** By origin, with the number of the look that has seen it last. */
  const known = new Map<string, { readonly server: DiscoveredServer; seen: number }>()
  for (let look = 1; ; look++) {
    for await (const server of client.discover(init)) {
      const { origin } = server.uri
      const before = known.get(origin)
      known.set(origin, { server: before?.server ?? server, seen: look })
      if (before === undefined) show(server, invocation, 'found')
    }
    for (const [origin, { server, seen }] of known) {
      if (look - seen < 2) continue
      known.delete(origin)
      if (given.has('json')) terminal.print(JSON.stringify({ event: 'gone', ...serverRecord(server) }))
      else terminal.print(terminal.paint('dim', `- ${serverLine(server)}`))
    }
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, pause)
      const end = (): void => {
        clearTimeout(timer)
        reject(signal.reason)
      }
      if (signal.aborted) end()
      else signal.addEventListener('abort', end, { once: true })
    })
  }
}

function show(server: DiscoveredServer, { arguments: given, terminal }: Invocation, event?: 'found'): void {
  if (given.has('json')) terminal.print(JSON.stringify({ ...(event && { event }), ...serverRecord(server) }))
  else terminal.print(`${event === undefined ? '' : '+ '}${serverTree(server, terminal.paint)}`)
}

function initOf({ arguments: given }: Invocation): DiscoverInit {
  const { positionals } = given
  for (const group of positionals) parseUri(group)
  const timeout = given.get('timeout')
  const hops = given.get('hops')
  const on = given.get('interface')
  return {
    ...(positionals.length > 0 && { groups: positionals }),
    ...(given.has('filter') && { filter: Object.fromEntries(given.all('filter').map(filterOf)) }),
    ...(timeout !== undefined && { timeout: durationOf(timeout, '--timeout') }),
    ...(hops !== undefined && { hops: Number(hops) }),
    ...(on !== undefined && { interface: on }),
    services: !given.has('no-mdns') && positionals.length === 0,
  }
}

/** A bare name is an attribute with whatever value (RFC 6690 4.1). */
function filterOf(text: string): readonly [name: string, value: string] {
  const [name = '', ...value] = text.split('=')
  if (name === '') throw usageError(`--filter takes NAME=VALUE, as rt=temperature, not '${text}'`)
  return [name, value.length === 0 ? '*' : value.join('=')]
}
