// The servers that scripts choose by name: few, small, and known to the letter.

import type { Context } from '../../coap/src/context/context.ts'
import type { Handler } from '../../coap/src/handler/handler.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { Subject } from '../../coap/src/handler/subject.ts'
import { conditional } from '../../coap/src/layers/conditional.ts'
import { demandEcho } from '../../coap/src/layers/echo/demand-echo.ts'
import { limitAmplification } from '../../coap/src/layers/echo/limit-amplification.ts'
import { Code } from '../../coap/src/message/code.ts'
import { ETag } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { Router } from '../../coap/src/server/router.ts'
import { ScriptError } from './words.ts'

/** A handler, and what a script does to it. */
export interface Stage {
  readonly handler: Handler
  /** For `held`: answers the oldest request that waits; false if none does. */
  answer?(response: Response): boolean
  /** For `observed`: the state that it shows. */
  change?(response: Response): void
}

/** A stage by name. Throws a `ScriptError` for what is none. */
export function stageNamed(name: string, context: Context): Stage {
  const make = stages[name]
  if (make === undefined)
    throw new ScriptError(`there is no handler '${name}': expected ${Object.keys(stages).join(', ')}`)
  return make(context)
}

const stages: Readonly<Record<string, (context: Context) => Stage>> = {
  /** RFC 7252 appendix A: "22.3 C" at /temperature, 4.04 for all else. */
  temperature: () => ({
    handler: ({ path }) => (path.join('/') === 'temperature' ? plain(Code.Content, '22.3 C') : plain(Code.NotFound)),
  }),

  /** Answers with how often it has been asked: whoever is asked twice shows it. */
  counting: () => {
    let times = 0
    return { handler: () => plain(Code.Changed, String(++times)) }
  },

  /** Answers when the script says so. */
  held: () => {
    const waiting: ((response: Response) => void)[] = []
    return {
      handler: () => new Promise((resolve) => waiting.push(resolve)),
      answer(response) {
        const resolve = waiting.shift()
        resolve?.(response)
        return resolve !== undefined
      },
    }
  },

  /** Shows a subject, which changes when the script says so. */
  observed: () => {
    const subject = new Subject()
    let state = plain(Code.Content, '18.5 Cel')
    return {
      handler: () => state.with({}).observing(subject),
      change(response) {
        state = response
        subject.changed()
      },
    }
  },

  /** Reads all of the body, and says how long it is. */
  whole: () => ({
    handler: async ({ body }) => plain(Code.Changed, `${(await body.bytes()).length} bytes`),
  }),

  /** Gives back what it gets, as one version. */
  echo: () => ({
    handler: async ({ body }) =>
      new Response({
        code: Code.Changed,
        payload: await body.bytes(),
        options: new Options().add(ETag, Uint8Array.of(1)),
      }),
  }),

  /** Throws. */
  failing: () => ({
    handler: () => {
      throw new Error('the valve is stuck')
    },
  }),

  /** A lock that turns upon requests that are no older than 10 seconds (RFC 9175 2.3). */
  'fresh-lock': (context) => ({
    handler: demandEcho({ fresh: 10_000 })(() => plain(Code.Changed), context),
  }),

  /** A lock that turns if it has not been turned since its client was told of it (RFC 9175 2.3). */
  'untouched-lock': (context) => {
    let turned = 0
    const turn = (): Response => {
      turned++
      return plain(Code.Changed)
    }
    return { handler: demandEcho({ events: () => turned })(turn, context) }
  },

  /** 500 bytes for whoever asks; /short has fewer, /posts says how many there were, /observed can be observed. */
  'limited-amplification': (context) => {
    const subject = new Subject()
    let posts = 0
    const answer: Handler = ({ code, path }) => {
      if (path[0] === 'short') return plain(Code.Content, 'short')
      if (path[0] === 'posts') return plain(Code.Content, String(posts))
      if (path[0] === 'observed') return plain(Code.Content, 'state').observing(subject)
      if (code === Code.POST) posts++
      return plain(Code.Content, 'a'.repeat(500))
    }
    return { handler: limitAmplification()(answer, context), change: () => subject.changed() }
  },

  /** Says nothing. */
  silent: () => ({ handler: () => Response.none }),

  /** What `serve` puts around routes: methods, critical options, content negotiation. */
  router: (context) => {
    const router = new Router()
      .get('/temperature', () => Response.text('22.3 C'))
      .put('/temperature', () => Response.of(Code.Changed))
    return { handler: router.handlerOn(context) }
  },

  /** The same with conditions: what is put at /thing has its length as ETag, until it is deleted. */
  conditional: (context) => {
    let thing: string | undefined
    const there = (): Response =>
      thing === undefined
        ? plain(Code.NotFound)
        : plain(Code.Content, thing).with({ options: new Options().set(ETag, [Uint8Array.of(thing.length)]) })
    const router = new Router()
      .get('/thing', there)
      .put('/thing', ({ payload }) => {
        const code = thing === undefined ? Code.Created : Code.Changed
        thing = new TextDecoder().decode(payload)
        return plain(code)
      })
      .delete('/thing', () => {
        thing = undefined
        return plain(Code.Deleted)
      })
      .post('/button', () => plain(Code.Changed))
    const layer = conditional()
    return { handler: layer(router.handlerOn(context, layer.understands), context) }
  },
}

function plain(code: Code, text?: string): Response {
  return new Response(text === undefined ? { code } : { code, payload: new TextEncoder().encode(text) })
}
