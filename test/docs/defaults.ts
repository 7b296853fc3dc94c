// docs/defaults.md: the options that have a constant with their defaults, each with that default and what its doc comment says.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { markGenerated } from './generated.ts'

export interface OptionGroup {
  readonly title: string
  /** Where a user gives them. */
  readonly where: string
  /** In coap/src. */
  readonly file: string
  readonly options: string
  readonly defaults: string
}

export const groups: readonly OptionGroup[] = [
  {
    title: 'Transmission parameters',
    where: '`transmission` of an endpoint, a server, a client, a request; `endpoint.tune(peer, …)` for one peer',
    file: 'message/transmission.ts',
    options: 'Transmission',
    defaults: 'transmissionDefaults',
  },
  {
    title: 'Limits',
    where: '`limits` of an endpoint, a server, a client',
    file: 'endpoint/limits.ts',
    options: 'Limits',
    defaults: 'limitDefaults',
  },
  {
    title: 'Servers',
    where: '`serve(router, …)`',
    file: 'server/serve.ts',
    options: 'ServeOptions',
    defaults: 'serveDefaults',
  },
  {
    title: 'Notifications',
    where: '`notifications` of an endpoint, of `serve(router, …)`; RFC 7641',
    file: 'endpoint/responder/notification-options.ts',
    options: 'NotificationOptions',
    defaults: 'notificationDefaults',
  },
  {
    title: 'Transfers in blocks',
    where:
      '`blockSize` of `serve(router, …)` and of a client; `blockwiseServer(…)` and `blockwiseClient(…)` of `coapstone/layers`',
    file: 'layers/blockwise/options.ts',
    options: 'BlockwiseOptions',
    defaults: 'blockwiseDefaults',
  },
  {
    title: 'Conditional requests',
    where: '`conditional` of `serve(router, …)`; `conditional(…)` of `coapstone/layers`',
    file: 'layers/conditional.ts',
    options: 'ConditionalOptions',
    defaults: 'conditionalDefaults',
  },
  {
    title: 'Conditional notifications',
    where: '`conditionalNotifications(…)` of `coapstone/experimental/conditional-attributes`',
    file: 'layers/conditional-attributes.ts',
    options: 'ConditionalNotificationOptions',
    defaults: 'conditionalNotificationDefaults',
  },
  {
    title: 'Caches',
    where: '`cache(…)` of `coapstone/layers`',
    file: 'layers/cache.ts',
    options: 'CacheOptions',
    defaults: 'cacheDefaults',
  },
  {
    title: 'Observations that last',
    where: '`durable` of `client.observe(url, …)`; RFC 7641',
    file: 'client/observation/durability.ts',
    options: 'Durability',
    defaults: 'durabilityDefaults',
  },
  {
    title: 'Amplification',
    where: '`limitAmplification(…)` of `coapstone/layers`',
    file: 'layers/echo/limit-amplification.ts',
    options: 'AmplificationOptions',
    defaults: 'amplificationDefaults',
  },
  {
    title: 'Answers to Echo',
    where: '`answerEcho(…)` of `coapstone/layers`',
    file: 'layers/echo/answer-echo.ts',
    options: 'AnswerEchoOptions',
    defaults: 'answerEchoDefaults',
  },
  {
    title: 'Retries',
    where: '`retry` of a client, a request; `retry(…)` of `coapstone/layers`',
    file: 'handler/retry-options.ts',
    options: 'RetryOptions',
    defaults: 'retryDefaults',
  },
  {
    title: 'Hop limits',
    where: '`hopLimit(…)` of `coapstone/layers`',
    file: 'layers/hop-limit.ts',
    options: 'HopLimitOptions',
    defaults: 'hopLimitDefaults',
  },
  {
    title: 'Names',
    where: '`new CachingResolver(resolver, context, …)` of `coapstone/network`',
    file: 'network/resolver.ts',
    options: 'CachingResolverOptions',
    defaults: 'cachingResolverDefaults',
  },
  {
    title: 'Memory hubs',
    where: '`new MemoryHub(context, …)` of `coapstone/testing`',
    file: 'network/memory.ts',
    options: 'MemoryHubOptions',
    defaults: 'memoryHubDefaults',
  },
  {
    title: 'Memory networks',
    where: '`hub.network(address, …)`',
    file: 'network/memory.ts',
    options: 'MemoryNetworkOptions',
    defaults: 'memoryNetworkDefaults',
  },
  {
    title: 'Faults',
    where: '`new FaultInjector(network, …)` of `coapstone/testing`',
    file: 'network/fault-injector.ts',
    options: 'Faults',
    defaults: 'faultDefaults',
  },
  {
    title: 'NAT boxes',
    where: '`new NatBox(network, …)` of `coapstone/testing`',
    file: 'network/nat.ts',
    options: 'NatOptions',
    defaults: 'natDefaults',
  },
]

export async function defaultsPage(root: string): Promise<string> {
  const sections = await Promise.all(groups.map((group) => section(group, root)))
  const text = `# Defaults

Every option with a default, as the sources have it. Times are milliseconds, sizes bytes, unless it says otherwise; sections are those of
RFC 7252 where no other RFC is named. Where an option has no default, leaving it out means that the thing is not there.

${sections.join('\n')}`
  return markGenerated(text, 'npm run docs -- --write')
}

async function section({ title, where, file, options, defaults }: OptionGroup, root: string): Promise<string> {
  const source = readFileSync(join(root, 'coap/src', file), 'utf8')
  const module: Record<string, unknown> = await import(join(root, 'coap/src', file))
  const values = module[defaults] as Readonly<Record<string, unknown>>
  const rows = membersOf(source, options).map(({ name, text }) => {
    const what = withoutDefault(`${options}.${name}`, text, values[name])
    return `| \`${name}\` | ${show(values[name])} | ${what.replaceAll('|', '\\|')} |`
  })
  return `## ${title}

\`${options}\`: ${where}. From \`${file}\`.

| option | default | what it is |
| --- | --- | --- |
${rows.join('\n')}
`
}

export interface Member {
  readonly name: string
  readonly text: string
}

/** The members of an interface in a formatted source, with their doc comments. */
export function membersOf(source: string, name: string): Member[] {
  const body = new RegExp(`^export interface ${name} [^]*?^}`, 'm').exec(source)?.[0]
  if (body === undefined) throw new Error(`there is no interface ${name}`)
  return [...body.matchAll(/(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s+)?^ {2}(?:readonly )?(\w+)\??:/gm)].map(
    ([, comment, member]) => {
      if (comment === undefined) throw new Error(`${name}.${member} has no doc comment`)
      return { name: member as string, text: comment.replace(/\s*\n\s*\* ?/g, ' ').trim() }
    },
  )
}

/**
 * What a comment says beside the default, which has a column of its own. Throws if it states another default than the constant has.
 */
export function withoutDefault(option: string, text: string, value: unknown): string {
  const match = /(?: |^)Default:? `?((?:\[[^\]]*'\]|'[^']*'|[\w,.-]*\w)(?: [KM]iB)?)`?(\.(?= |$))?/.exec(text)
  if (match === null || value === undefined) return text
  const [sentence, stated = '', alone] = match
  const meant = [String(value), `'${value}'`, inCode(value)]
  if (typeof value === 'number') meant.push(grouped(value), `${value / 1024} KiB`, `${value / 1024 ** 2} MiB`)
  if (!meant.includes(stated)) throw new Error(`the default of ${option} is ${value}, and its comment says ${stated}`)
  return alone === undefined ? text : text.replace(sentence, '').trim()
}

function show(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'number' ? grouped(value) : `\`${inCode(value)}\``
}

function inCode(value: unknown): string {
  return JSON.stringify(value).replaceAll('"', "'")
}

function grouped(value: number): string {
  return value.toLocaleString('en-US')
}
