// What an answer from the client's cache takes, in processor time on one core: the layer asked with a request that is ready, and a whole
// `await client.get(url)`, which also makes the request. The best of the rounds, since the machine adds to it but never takes away.
// Usage: node bench/cache.ts. Exit code 1 if the layer answers fewer than a million requests in a second.

import { Client, CoapUri, Code, type Handler, Options, options, Request, Response } from 'coapstone'
import { cache, contentTag } from 'coapstone/layers'
import { createContext } from 'coapstone/testing'

const fewest = 1_000_000
const rounds = 9
const url = 'coap://[2001:db8::1]/sensors/temperature'
const uri = CoapUri.parse(url)
const server: Handler = () =>
  Response.text('22.3 C').with({ options: new Options().set(options.ContentFormatOption, 0).set(options.MaxAge, 3600) })
const context = createContext(1)

async function layer(title: string, request: Request, read: (response: Response) => unknown): Promise<number> {
  const handler = cache()(server, context)
  await handler(request)
  const rate = await best(1_000_000, () => {
    const response = handler(request)
    if (!(response instanceof Response)) throw new Error('it is not answered at once')
    read(response)
  })
  console.log(`the cache layer, ${title}: ${(rate / 1e6).toFixed(2)} million requests/s`)
  return rate
}

/** Requests in a second of processor time. */
async function best(repetitions: number, ask: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    for (let count = 0; count < repetitions; count++) {
      const result = ask()
      if (result instanceof Promise) await result
    }
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / repetitions)
  }
  return 1e6 / least
}

const plain = new Request({ code: Code.GET, uri })
const accepting = new Request({ code: Code.GET, uri, options: new Options().add(options.Accept, 0) })
const rates = [
  await layer('a ready GET', plain, ({ code }) => code),
  await layer('a ready GET whose payload is read', plain, ({ payload }) => payload),
  await layer('a ready GET with Accept', accepting, ({ code }) => code),
]
console.log(`each of these is to reach ≥ ${fewest / 1e6}`)
if (Math.min(...rates) < fewest) process.exitCode = 1

const client = new Client({ layers: [cache(), () => server] })
await client.get(url)
const whole = await best(100_000, () => client.get(url))
console.log(`await client.get(string), from the cache: ${(whole / 1e6).toFixed(2)} million requests/s`)
await client.close()

const bytes = new Uint8Array(10_000_000)
const hashed = await best(1, () => contentTag(bytes))
console.log(`the content tag of 10 MB: ${(1000 / hashed).toFixed(1)} ms`)
