// What is measured against the peers, and what is to be reached.

import { type Contestant, libcoap } from './contestants.ts'
import { measureClient, measureServer } from './measure.ts'
import { measureTransfer } from './transfer.ts'

export interface Scenario {
  readonly id: string
  readonly title: string
  readonly role: 'server' | 'client' | 'bodies' | 'transfers'
  readonly unit: 'requests/s' | 'µs' | 'kB/s'
  /** What our median is to be, as a multiple of theirs: at most for µs, else at least. */
  readonly targets: Readonly<Record<string, number>>
  /** What it is to be at least as a multiple of our own median in another scenario. */
  readonly ofOwn?: { readonly scenario: string; readonly atLeast: number }
  measure(contestant: Contestant, pace: Pace): Promise<Sample>
}

export interface Pace {
  readonly seconds: number
  readonly warmup: number
  /** Requests a second that libcoap answers at most, from this run. */
  readonly libcoapMaximum: () => Promise<number>
}

export interface Sample {
  readonly value: number
  /** Requests that got no answer at all, or not within half a second. */
  readonly lost?: number
  /** Those that the server's socket had no room for. */
  readonly dropped?: number
}

export const getAt256: Scenario = {
  id: 'get-256',
  title: 'GET, 256 clients with one request outstanding each',
  role: 'server',
  unit: 'requests/s',
  targets: { libcoap: 1.2, 'npm coap': 3.5, 'coap-rs': 1 },
  measure: (contestant, pace) => throughput(contestant, pace, 256),
}

export const scenarios: readonly Scenario[] = [
  getAt256,
  {
    id: 'get-10000',
    title: 'GET, 10,000 clients with one request outstanding each',
    role: 'server',
    unit: 'requests/s',
    targets: { libcoap: 4 },
    ofOwn: { scenario: 'get-256', atLeast: 0.8 },
    measure: (contestant, pace) => throughput(contestant, pace, 10_000),
  },
  {
    id: 'latency',
    title: "GET at half of libcoap's maximum rate, 256 clients: 99th percentile",
    role: 'server',
    unit: 'µs',
    targets: { libcoap: 1 },
    async measure(contestant, { seconds, warmup, libcoapMaximum }) {
      const rate = Math.round((await libcoapMaximum()) / 2)
      const { p99_us, lost, dropped } = await measureServer(contestant, { seconds, warmup, endpoints: 256, rate })
      return { value: p99_us, lost, dropped }
    },
  },
  {
    id: 'client-256',
    title: 'client: GET from one process to 256 servers, one request outstanding to each',
    role: 'client',
    unit: 'requests/s',
    targets: { 'npm coap': 2 },
    measure: async (contestant, { seconds, warmup }) => ({
      value: await measureClient(contestant, 256, seconds, warmup),
    }),
  },
  ...(['get', 'put'] as const).flatMap((method): readonly Scenario[] => [
    {
      id: `bodies-${method}`,
      title: `server: ${method.toUpperCase()} of 10 MB in blocks of 1,024 bytes by libcoap's client`,
      role: 'bodies',
      unit: 'kB/s',
      targets: { libcoap: 1 },
      measure: async (contestant, { seconds }) => ({
        value: await measureTransfer(method, contestant, libcoap, seconds < 1 ? 100_000 : 10_000_000),
      }),
    },
    {
      id: `transfers-${method}`,
      title: `client: ${method.toUpperCase()} of 10 MB in blocks of 1,024 bytes from libcoap's server`,
      role: 'transfers',
      unit: 'kB/s',
      targets: { libcoap: 1 },
      measure: async (contestant, { seconds }) => ({
        value: await measureTransfer(method, libcoap, contestant, seconds < 1 ? 100_000 : 10_000_000),
      }),
    },
  ]),
]

async function throughput(contestant: Contestant, { seconds, warmup }: Pace, endpoints: number): Promise<Sample> {
  const { requests_per_s, lost, dropped } = await measureServer(contestant, { seconds, warmup, endpoints, rate: 0 })
  return { value: requests_per_s, lost, dropped }
}
