// A client with a cache, and the server that it asks, as each test wants it.

import type { Handler } from '../../coap/src/handler/handler.ts'
import { Request, type RequestInit } from '../../coap/src/handler/request.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { type CacheOptions, cache } from '../../coap/src/layers/cache.ts'
import { Code } from '../../coap/src/message/code.ts'
import {
  ContentFormatOption,
  type ETag,
  type MaxAge,
  type Option,
  type UriPath,
} from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { createContext } from '../../coap/src/testing/context.ts'
import { CoapUri } from '../../coap/src/uri/coap-uri.ts'

export const url = 'coap://device.example/a'
/** Milliseconds. */
export const seconds = 1000

export type Notifying = AsyncIterable<never> & { left: boolean }

/** A server that a test answers for, and a client with a cache. */
export function world(handler?: Handler, options?: CacheOptions) {
  const context = createContext(1)
  const asked: Request[] = []
  let answers: readonly (Response | Error)[] = []
  const answering: Handler = () => {
    const [next, ...others] = answers
    if (others.length > 0) answers = others
    if (next instanceof Response) return next.with({})
    throw next
  }
  const layer = cache(options)((request) => {
    asked.push(request)
    return (handler ?? answering)(request)
  }, context)
  const ask = (init: Partial<RequestInit> = {}, ...more: readonly (readonly [Option<never>, unknown])[]) => {
    const options = new Options()
    for (const [each, value] of more) options.add(each, value as never)
    return layer(new Request({ code: Code.GET, uri: CoapUri.parse(url), options, ...init }))
  }
  return {
    ...{ context, asked },
    /** The last one is given again and again. */
    answer: (...next: readonly (Response | Error)[]) => {
      answers = next
    },
    ask: ask as (
      init?: Partial<RequestInit>,
      ...more: readonly (readonly [Option<never> | typeof ETag | typeof MaxAge | typeof UriPath, unknown])[]
    ) => Response | Promise<Response>,
  }
}

export function response(
  code: Code,
  ...more: readonly (readonly [Option<never>, unknown] | readonly [object, unknown])[]
): Response {
  const options = new Options()
  for (const [each, value] of more) options.add(each as Option<unknown>, value)
  return new Response({ code, options })
}

/** 2.05 with text. */
export function text(content: string, ...more: readonly (readonly [object, unknown])[]): Response {
  return response(Code.Content, [ContentFormatOption, 0], ...more).with({ payload: bytes(content) })
}

export function chunks(...values: readonly unknown[]): Notifying {
  const left = { left: false }
  return Object.assign(left, {
    async *[Symbol.asyncIterator]() {
      try {
        yield* values as never[]
      } finally {
        left.left = true
      }
    },
  })
}

export function names(requests: readonly Request[]): (string | undefined)[] {
  return requests.map(({ uri }) => uri?.path[0])
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
