// A CoAP server on npm's `coap`, for the interop tests: UDP on 127.0.0.1, the resources of ../README.md.
// Prints {"ready":true,"port":N} when it listens, and ends on SIGTERM. With --quiet /hello is answered before anything else is
// looked at, for benchmarks.
import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { parseArgs } from 'node:util'
import coap from 'coap'

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' }, quiet: { type: 'boolean' } } })
const separateAfter = 400 // ms
const tick = 150 // ms
const hello = Buffer.from('hello')
const etag = Buffer.from('0e7a61', 'hex')
const fresh = Buffer.from('fresh')

// The library keeps no list of observers: the counter counts while this one has any.
function counter(form) {
  const observers = new Map()
  let count = 0
  let ticking

  function observe(key, res) {
    observers.set(key, res)
    // The library ends the stream of an observer that answered with a Reset.
    res.on('finish', () => forget(key))
    ticking ??= setInterval(() => {
      count++
      for (const observer of observers.values()) observer.write(form(count))
    }, tick)
  }

  function forget(key) {
    observers.delete(key)
    if (observers.size === 0) {
      clearInterval(ticking)
      ticking = undefined
    }
  }

  return (req, res) => {
    const key = `${req.rsinfo.address} ${req.rsinfo.port} ${req._packet.token.toString('hex')}`
    if (req.headers.Observe === 0) {
      res.setOption('Content-Format', 'text/plain')
      observe(key, res)
      res.write(form(count))
    } else {
      forget(key)
      reply(res, '2.05', form(count))
    }
  }
}

/** Each 8 bytes say where they are. */
function pattern(size) {
  let text = ''
  for (let offset = 0; offset < size; offset += 8) text += `${String(offset).padStart(7, '0')}.`
  return text.slice(0, size)
}

/** The bytes of an option of the request; the library makes a text of an ETag. */
function option(req, name) {
  const found = req.options.find((each) => String(each.name) === name)
  return found && Buffer.from(found.value)
}

let made = false

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
  '/obs': { GET: counter(String) },
  '/obs-large': { GET: counter((count) => `${String(count).padStart(7, '0')}.`.repeat(250)) },
  '/large': { GET: (_req, res, size) => reply(res, '2.05', pattern(Number(size))) },
  // Says what it got: the first 16 digits of its SHA-256.
  '/store': {
    PUT: (req, res) => reply(res, '2.04', createHash('sha256').update(req.payload).digest('hex').slice(0, 16)),
  },
  '/validate': {
    GET: (req, res) => {
      res.setOption('ETag', etag)
      if (option(req, 'ETag')?.equals(etag)) reply(res, '2.03')
      else reply(res, '2.05', 'validate')
    },
  },
  // Made by a PUT, gone with a DELETE.
  '/made': {
    PUT: (req, res) => {
      if (made && option(req, 'If-None-Match')) return reply(res, '4.12')
      reply(res, made ? '2.04' : '2.01')
      made = true
    },
    DELETE: (_req, res) => {
      made = false
      reply(res, '2.02')
    },
  },
  // Wants an Echo option.
  '/fresh': {
    GET: (req, res) => {
      if (option(req, '252')?.equals(fresh)) return reply(res, '2.05', 'fresh')
      res.setOption('252', fresh)
      reply(res, '4.01')
    },
  },
  '/still': {
    GET: (_req, res) => {
      res.setOption('Content-Format', 'text/plain')
      // A stream for an observer: written to, it stays open.
      res.write('still')
    },
  },
  '/.well-known/core': { GET: (_req, res) => reply(res, '2.05', links(), 'application/link-format') },
}

function links() {
  const observed = (path) => (path.startsWith('/obs') || path === '/still' ? `<${path}>;obs` : `<${path}>`)
  return Object.keys(resources).map(observed).join()
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
