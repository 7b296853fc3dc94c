// A response: made by a handler, or received by a client. `observing` and `map` say how the notifications after it come about.

import { encodeCbor } from '../cbor/cbor.ts'
import { Code, codeClass } from '../message/code.ts'
import { assignedFormat, ContentFormat } from '../message/content-format.ts'
import { Message, type MessageInit } from '../message/message.ts'
import { ContentFormatOption, Observe } from '../message/option.ts'
import { encodeUtf8 } from '../message/option-format.ts'
import { Options } from '../message/options.ts'
import type { Peer } from '../transport/transport.ts'
import type { CoapUri } from '../uri/coap-uri.ts'
import { type Body, WholeBody } from './body.ts'
import type { Handler } from './handler.ts'
import { nobody } from './request.ts'
import { ResponseError } from './response-error.ts'
import type { Subject } from './subject.ts'

/** What a handler gives as content. */
export type Content = string | Uint8Array

export interface ResponseInit extends MessageInit {
  readonly peer?: Peer
  readonly uri?: CoapUri
  readonly notifications?: AsyncIterable<Response>
}

/** How the notifications after a response come about (RFC 7641 4.2). */
export interface Observing {
  readonly subject: Subject
  /** The handler to ask again, the innermost one; its router fills it in. */
  readonly again: Handler | undefined
  /** What the layers did to the first response, innermost first; they do it to each notification. */
  readonly changes: readonly ((response: Response) => Response)[]
}

export class Response extends Message {
  readonly #init: ResponseInit
  #observing: Observing | undefined = undefined

  constructor(init: ResponseInit) {
    super(init)
    this.#init = init
  }

  /** A response with a code and perhaps content: `Response.of(Code.Created)`, `Response.of(Code.Content, 'on')`. */
  static of(code: Code, content?: Content, format?: ContentFormat): Response {
    if (content === undefined) return new Response({ code })
    const payload = typeof content === 'string' ? encodeUtf8(content) : content
    const contentFormat = format ?? (typeof content === 'string' ? ContentFormat.text : ContentFormat.octets)
    return new Response({
      code,
      payload,
      options: new Options().add(ContentFormatOption, assignedFormat(contentFormat)),
    })
  }

  /** 2.05 with text. */
  static text(text: string): Response {
    return Response.of(Code.Content, text)
  }

  /** 2.05 with JSON. */
  static json(value: unknown): Response {
    return Response.of(Code.Content, JSON.stringify(value), ContentFormat.json)
  }

  /** 2.05 with CBOR, encoded deterministically. */
  static cbor(value: unknown): Response {
    return Response.of(Code.Content, encodeCbor(value), ContentFormat.cbor)
  }

  /** 2.05 with bytes: of no known format, or of the one you name. */
  static bytes(bytes: Uint8Array, format: ContentFormat = ContentFormat.octets): Response {
    return Response.of(Code.Content, bytes, format)
  }

  /** An error with a diagnostic payload (RFC 7252 5.5.2): text for people, without a Content-Format. */
  static diagnostic(code: Code, text: string): Response {
    return new Response({ code, payload: encodeUtf8(text) })
  }

  /** Say nothing: the request is acknowledged, and that is all. */
  static readonly none: Response = new Response({ code: Code.Empty })

  /** Who answered. */
  get peer(): Peer {
    return this.#init.peer ?? nobody
  }

  /** For what it is an answer, by the address that answered (RFC 7252 8.2); undefined on a server. */
  get uri(): CoapUri | undefined {
    return this.#init.uri
  }

  get body(): Body {
    return new WholeBody(this.payload)
  }

  /** What follows an observed response; undefined if the server does not observe it. */
  get notifications(): AsyncIterable<Response> | undefined {
    return this.#init.notifications
  }

  /** The code is 2.xx. */
  get ok(): boolean {
    return codeClass(this.code) === 2
  }

  /** Throws a `ResponseError` unless `ok`. */
  orThrow(): this {
    if (!this.ok) throw new ResponseError(this)
    return this
  }

  get contentFormat(): ContentFormat | undefined {
    const format = this.options.get(ContentFormatOption)
    return format === undefined ? undefined : assignedFormat(format)
  }

  /** The sequence number of a notification (RFC 7641 3.4). */
  get observe(): number | undefined {
    return this.options.get(Observe)
  }

  /** How notifications come about; the endpoint reads it. */
  get observed(): Observing | undefined {
    return this.#observing
  }

  /** Offers to observe: when the subject changes, `again` is asked (by default the route's handler). Errors are never observed. */
  observing(subject: Subject, again?: Handler): this {
    this.#observing = { subject, again, changes: this.#observing?.changes ?? [] }
    return this
  }

  /** Changes this response, and in the same way each notification after it. For layers: do not hold on to the request in `change`. */
  map(change: (response: Response) => Response): Response {
    const changed = change(this)
    if (this.#observing !== undefined) {
      changed.#observing = { ...this.#observing, changes: [...this.#observing.changes, change] }
    }
    return changed
  }

  /** A copy with changes; notifications after it are not changed by it: use `map` for that. */
  with(changes: Partial<ResponseInit>): Response {
    const { code, token, options, payload } = this
    const copy = new Response({ ...this.#init, code, token, options, payload, ...changes })
    copy.#observing = this.#observing
    return copy
  }
}
