// A CoAP server on npm's `coap`, for the interop tests: UDP on 127.0.0.1, the resources of ../README.md.
// Prints {"ready":true,"port":N} when it listens, and ends on SIGTERM. With --quiet /hello is answered before anything else is
// looked at, for benchmarks.
import { createSocket } from 'node:dgram'
import { parseArgs } from 'node:util'
import coap from 'coap'

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' }, quiet: { type: 'boolean' } } })
const separateAfter = 400 // ms
const tick = 150 // ms
const hello = Buffer.from('hello')
const links = '</hello>,</echo>,</separate>,</status>,</obs>;obs,</still>;obs'

// The library keeps no list of observers: the counter counts while this one has any.
const observers = new Map()
let count = 0
let ticking

function observe(key, res) {
  observers.set(key, res)
  // The library ends the stream of an observer that answered with a Reset.
  res.on('finish', () => forget(key))
  ticking ??= setInterval(() => {
    count++
    for (const observer of observers.values()) observer.write(String(count))
  }, tick)
}

function forget(key) {
  observers.delete(key)
  if (observers.size === 0) {
    clearInterval(ticking)
    ticking = undefined
  }
}

function reply(res, code, payload, format = 'text/plain') {
  res.code = code
  if (payload !== undefined) res.setOption('Content-Format', format)
  res.end(payload)
}

const resources = {
  '/hello': { GET: (_req, res) => reply(res, '2.05', hello) },
  '/echo': {
    GET: (_req, res) => reply(res, '2.05', 'echo'),
    PUT: (req, res) => reply(res, '2.04', req.payload),
    POST: (req, res) => reply(res, '2.04', req.payload),
    PATCH: (req, res) => reply(res, '2.04', req.payload),
    iPATCH: (req, res) => reply(res, '2.04', req.payload),
    FETCH: (req, res) => reply(res, '2.05', req.payload),
    DELETE: (_req, res) => reply(res, '2.02'),
  },
  '/separate': { GET: (_req, res) => setTimeout(() => reply(res, '2.05', 'separate'), separateAfter) },
  '/status': { GET: (_req, res, code) => reply(res, code, code) },
  '/obs': {
    GET: (req, res) => {
      const key = `${req.rsinfo.address} ${req.rsinfo.port} ${req._packet.token.toString('hex')}`
      if (req.headers.Observe === 0) {
        res.setOption('Content-Format', 'text/plain')
        observe(key, res)
        res.write(String(count))
      } else {
        forget(key)
        reply(res, '2.05', String(count))
      }
    },
  },
  '/still': {
    GET: (_req, res) => {
      res.setOption('Content-Format', 'text/plain')
      // A stream for an observer: written to, it stays open.
      res.write('still')
    },
  },
  '/.well-known/core': { GET: (_req, res) => reply(res, '2.05', links, 'application/link-format') },
}

const server = coap.createServer({ type: 'udp4' }, (req, res) => {
  if (values.quiet && req.url === '/hello') return res.end(hello)
  // The library hands a ping (RFC 7252, 4.3) to the application.
  if (req.code === '0.00') return res.reset()
  const [path, query] = req.url.split('?')
  const resource = resources[path]
  const handler = resource?.[req.method]
  if (handler) handler(req, res, query)
  else reply(res, resource ? '4.05' : '4.04')
})

const socket = createSocket('udp4')
socket.bind(Number(values.port), '127.0.0.1', () => {
  server.listen(socket, () => console.log(JSON.stringify({ ready: true, port: socket.address().port })))
})
process.on('SIGTERM', () => process.exit(0))
