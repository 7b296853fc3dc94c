// Our server as a party of the interop tests: the resources of peers/README.md.

import { setTimeout as delay } from 'node:timers/promises'
import { Code, Response, Router, Subject, serve } from 'coapstone'
import { type PeerServer, standardResources } from './peer.ts'

const separateAfter = 400 // ms
const tick = 150 // ms

export const coapstoneServer: PeerServer = {
  async start() {
    const counter = new Counter()
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
      .get('/still', () => Response.text('still').observing(still), { obs: true })
    const server = await serve(router, { listen: ['coap://127.0.0.1:0'] })
    const stop = async () => {
      counter.stop()
      await server.close()
    }
    return { port: server.uris[0]?.port ?? 0, resources: standardResources, stop }
  },
  cannot: {},
  faults: {},
}

const still = new Subject()

/** Counts while it is observed. */
class Counter {
  readonly #subject = new Subject()
  #count = 0
  #timer: ReturnType<typeof setInterval> | undefined = undefined

  show(): Response {
    this.#timer ??= setInterval(() => this.#tick(), tick)
    return Response.text(String(this.#count)).observing(this.#subject)
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
