// A CoAP client on npm's `coap`, for the interop tests. Prints what it saw as one JSON line; ends with 1 when there was no answer.
// The arguments and the output of ../README.md.
import { createSocket } from 'node:dgram'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import coap from 'coap'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    method: { type: 'string', default: 'GET' },
    payload: { type: 'string' },
    non: { type: 'boolean' },
    option: { type: 'string', multiple: true, default: [] }, // NUMBER=HEX
    'block-size': { type: 'string' }, // 16 to 1024
    observe: { type: 'string' }, // take that many notifications, the first answer included, and cancel
    timeout: { type: 'string', default: '15' }, // seconds
  },
})

const numbers = { ETag: 4, 'Location-Path': 8, 'Location-Query': 20, Block2: 23, Block1: 27 }

function fail(reason) {
  console.error(reason)
  process.exit(1)
}

// A socket of ours: an agent closes its own together with its last observation, before it has sent what cancels it.
const agent = new coap.Agent({ type: 'udp4', socket: createSocket('udp4') })

function request() {
  const url = new URL(positionals[0])
  const req = coap.request({
    agent,
    hostname: url.hostname,
    port: Number(url.port),
    pathname: url.pathname,
    query: url.search.slice(1),
    method: values.method,
    confirmable: !values.non,
    observe: values.observe !== undefined,
  })
  for (const option of values.option) {
    const [number, hex] = option.split('=')
    req.setOption(number, Buffer.from(hex, 'hex'))
  }
  const size = values['block-size']
  const { payload } = values
  // It cuts a payload into blocks when it is told to, even one that fits into a single block.
  const exponent = size === undefined ? 6 : Math.log2(Number(size)) - 4
  if (payload !== undefined && Buffer.byteLength(payload) > 16 << exponent) req.setOption('Block1', Buffer.of(exponent))
  if (payload === undefined && size !== undefined) req.setOption('Block2', Buffer.of(exponent))
  if (payload !== undefined) req.setOption('Content-Format', 'text/plain')
  return new Promise((resolve) => {
    req.on('error', (error) => fail(error.message))
    req.on('timeout', () => fail('no answer'))
    req.on('response', resolve)
    req.end(payload)
  })
}

async function observe(res) {
  const notifications = []
  await new Promise((resolve) => {
    res.on('data', (payload) => {
      notifications.push(answer(res, payload))
      if (notifications.length === Number(values.observe)) resolve()
    })
  })
  res.close(true)
  await delay(500) // for what it sends to cancel
  return { notifications }
}

function answer({ code, _packet: { options } }, payload) {
  // The library knows options by names, those that it has none for by their numbers; its numbers and formats are left out here.
  const numbered = options
    .map(({ name, value }) => [numbers[name] ?? Number(name), value])
    .filter(([number]) => !Number.isNaN(number))
    .map(([number, value]) => [number, Buffer.from(value).toString('hex')])
  return { code, payload: payload.toString(), options: numbered }
}

setTimeout(() => fail('time is up'), Number(values.timeout) * 1000).unref()
const response = await request()
const seen = values.observe === undefined ? answer(response, response.payload) : await observe(response)
console.log(JSON.stringify(seen))
process.exit(0)
