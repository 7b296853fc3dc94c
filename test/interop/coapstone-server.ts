// Our server as a party of the interop tests: the resources of peers/README.md.

import { setTimeout as delay } from 'node:timers/promises'
import { Code, Options, options, Response, Router, Subject, serve } from 'coapstone'
import { demandEcho } from 'coapstone/layers'
import { type PeerServer, standardResources } from './peer.ts'
import { digest, pattern } from './transfers.ts'

const separateAfter = 400 // ms
const tick = 150 // ms

export const coapstoneServer: PeerServer = {
  async start(blockSize = 1024) {
    const counter = new Counter(String)
    const largeCounter = new Counter((count) => `${String(count).padStart(7, '0')}.`.repeat(250))
    let made = false
    const fresh = new Router()
      .use(demandEcho({ fresh: 60_000, when: () => true }))
      .get('/', () => Response.text('fresh'))
    const echo = (code: Code) => (request: { payload: Uint8Array; contentFormat: number | undefined }) =>
      Response.of(code, request.payload, request.contentFormat)
    const router = new Router()
      .get('/hello', () => Response.text('hello'))
      .get('/echo', () => Response.text('echo'))
      .put('/echo', echo(Code.Changed))
      .post('/echo', echo(Code.Changed))
      .patch('/echo', echo(Code.Changed))
      .ipatch('/echo', echo(Code.Changed))
      .fetch('/echo', echo(Code.Content))
      .delete('/echo', () => Response.of(Code.Deleted))
      .get('/separate', () => delay(separateAfter, Response.text('separate')))
      .get('/status', ({ query }) => Response.of(codeOf(query[0] ?? ''), query[0]))
      .get('/obs', () => counter.show(), { obs: true })
      .get('/obs-large', () => largeCounter.show(), { obs: true })
      .get('/large', ({ query }) => Response.text(pattern(Number(query[0]))))
      .put('/store', ({ payload }) => Response.of(Code.Changed, digest(new TextDecoder().decode(payload))))
      .get('/validate', () => new Response({ code: Code.Content, payload: validated, options: tagged }))
      .get('/made', () => Response.of(made ? Code.Content : Code.NotFound))
      .put('/made', () => {
        const code = made ? Code.Changed : Code.Created
        made = true
        return Response.of(code)
      })
      .delete('/made', () => {
        made = false
        return Response.of(Code.Deleted)
      })
      .mount('/fresh', fresh)
      .get('/still', () => Response.text('still').observing(still), { obs: true })
    const server = await serve(router, { listen: ['coap://127.0.0.1:0'], blockSize })
    const stop = async () => {
      counter.stop()
      largeCounter.stop()
      await server.close()
    }
    return { port: server.uris[0]?.port ?? 0, resources: standardResources, stop }
  },
  cannot: {},
  faults: {},
}

const still = new Subject()
const validated = new TextEncoder().encode('validate')
const tagged = new Options().set(options.ETag, [Uint8Array.of(0x0e, 0x7a, 0x61)])

/** Counts while it is observed. */
class Counter {
  readonly #subject = new Subject()
  readonly #form: (count: number) => string
  #count = 0
  #timer: ReturnType<typeof setInterval> | undefined = undefined

  constructor(form: (count: number) => string) {
    this.#form = form
  }

  show(): Response {
    this.#timer ??= setInterval(() => this.#tick(), tick)
    return Response.text(this.#form(this.#count)).observing(this.#subject)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #tick(): void {
    if (!this.#subject.watched) this.stop()
    this.#count++
    this.#subject.changed()
  }
}

/** The code that is written so: `4.03`. */
function codeOf(text: string): Code {
  const [codeClass = '', detail = ''] = text.split('.')
  return (Number(codeClass) << 5) | Number(detail)
}
