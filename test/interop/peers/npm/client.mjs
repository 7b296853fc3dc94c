// A CoAP client on npm's `coap`, for the interop tests. Prints what it saw as one JSON line; ends with 1 when there was no answer.
// {"code":"2.05","payload":"hello"}, or with --observe {"notifications":[{"code":…,"payload":…,"observe":7},…]}.
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
    observe: { type: 'string' }, // take that many notifications, the first answer included, and cancel
    timeout: { type: 'string', default: '15' }, // seconds
  },
})

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
  if (values.payload !== undefined) req.setOption('Content-Format', 'text/plain')
  return new Promise((resolve) => {
    req.on('error', (error) => fail(error.message))
    req.on('timeout', () => fail('no answer'))
    req.on('response', resolve)
    req.end(values.payload)
  })
}

async function observe(res) {
  const notifications = []
  await new Promise((resolve) => {
    res.on('data', (payload) => {
      notifications.push({ code: res.code, payload: payload.toString(), observe: res.headers.Observe })
      if (notifications.length === Number(values.observe)) resolve()
    })
  })
  res.close(true)
  await delay(500) // for what it sends to cancel
  return { notifications }
}

setTimeout(() => fail('time is up'), Number(values.timeout) * 1000).unref()
const response = await request()
const seen =
  values.observe === undefined ? { code: response.code, payload: response.payload.toString() } : await observe(response)
console.log(JSON.stringify(seen))
process.exit(0)
