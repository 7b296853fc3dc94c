// A response: made by a handler, or received by a client. `observing` and `map` say how the notifications after it come about; an error
// can be thrown as a `ResponseError`.

import { encodeCbor } from '../cbor/cbor.ts'
import { CoapError, UsageError } from '../errors.ts'
import { Code, codeClass, describeCode, isResponse } from '../message/code.ts'
import { assignedFormat, ContentFormat } from '../message/content-format.ts'
import { Message, type MessageInit } from '../message/message.ts'
import { ContentFormatOption, ETag, Observe } from '../message/option.ts'
import { decodeUtf8, encodeUtf8 } from '../message/option-format.ts'
import { Options } from '../message/options.ts'
import type { Peer } from '../transport/transport.ts'
import type { CoapUri } from '../uri/coap-uri.ts'
import { type Body, StreamBody, type StreamSource, WholeBody } from './body.ts'
import { decodeProblemDetails, type ProblemDetails } from './problem-details.ts'
import { nobody, type Request } from './request.ts'

/** What a handler gives as content. */
export type Content = string | Uint8Array

export interface ResponseInit extends MessageInit {
  readonly peer?: Peer
  readonly uri?: CoapUri
  /** It leaves once, where it is a message of its own: for who may not be at the address that asks (RFC 9175 2.4). Default false. */
  readonly sentOnce?: boolean
  readonly notifications?: AsyncIterable<Response>
  /** Seconds that it has been in a cache. */
  readonly age?: number
  /** In place of `payload`: a body that is read as it comes. */
  readonly body?: Body
}

/** What is known of a body that is read as it comes. */
export interface StreamInit {
  /** Default: octets. */
  readonly format?: ContentFormat
  /** Bytes of all of it: clients are told with the first block (RFC 7959 4). */
  readonly size?: number
  /** Names this version of it (RFC 7252 5.10.6): a broken transfer can go on only where it is given. */
  readonly etag?: Uint8Array
}

/** What watches a subject: an endpoint, for those who observe there. Without a response the handler is asked. */
export interface Watcher {
  changed(response: Response | undefined): void
  gone(response: Response | undefined): void
}

/** What can be observed: a `Subject`. */
export interface Watchable {
  watch(watcher: Watcher): void
  unwatch(watcher: Watcher): void
  /** Has it changed, or gone, since there were so many changes of all subjects (`changesSoFar` of subject.ts)? */
  changedSince(changes: number): boolean
}

/** Who is told of a change. */
export interface Recipient {
  readonly peer: Peer
  /** The request that observes: this one's, or one of another observer that gets the same. */
  readonly request: Request
}

/** What a layer does to a response. Of a notification it is told who gets it. */
export type Change = (response: Response, recipient?: Recipient) => Response

/** When one observer is to be told. Times are milliseconds of the context's clock. */
export interface Condition {
  /** There is a state: when it is to be told of, at once if that is past. Infinity: not at all. */
  due(state: Response, now: number): number
  /** A state is told of. */
  reported(state: Response, now: number): void
  /** When the handler is to be asked even if nobody says that something has changed. Infinity: never. */
  readonly askBy: number
}

/** Of a request that wants to be told of some changes only: makes a `Condition` for each who observes with it. */
export interface Conditions {
  /** With the first response, which has been told of. */
  begin(first: Response, now: number): Condition
  /** Milliseconds from one question to the handler to the next, at least. */
  readonly spacing: number
  /** True: each notification is. */
  readonly confirmable?: boolean
}

/** How the notifications after a response come about (RFC 7641 4.2). */
export interface Observing {
  readonly subject: Watchable
  /** The handler to ask again, the innermost one; its router fills it in. */
  readonly again: ((request: Request) => Response | Promise<Response>) | undefined
  /** What the layers did to the first response, innermost first; they do it to each notification. */
  readonly changes: readonly Change[]
  /** Are notifications Confirmable? Undefined: as the request was. */
  readonly confirmable?: boolean
  /** Not every change is told of. */
  readonly conditions?: Conditions
}

/** What a handler says of the notifications that follow. */
export interface ObservingInit {
  /** Asked for the state when the subject has changed. Default: the route's handler. */
  readonly again?: (request: Request) => Response | Promise<Response>
  /**
   * True: each is Confirmable. False: one in six, and at least one a day, so that observers who are gone are noticed (RFC 7641 4.5).
   * Default: as the request was.
   */
  readonly confirmable?: boolean
}

export class Response extends Message {
  readonly #init: ResponseInit
  #observing: Observing | undefined = undefined

  /** Throws a `UsageError` for the code of a request. */
  constructor(init: ResponseInit) {
    super(init)
    if (!isResponse(init.code) && init.code !== Code.Empty)
      throw new UsageError(`a response has a code of class 2, 4 or 5, not ${describeCode(init.code)}`)
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

  /**
   * 2.05 with a body that is read as clients ask for it, block by block (RFC 7959). A function is called with the offset to begin at,
   * also for who goes on with a broken transfer.
   */
  static stream(source: StreamSource, { format, size, etag }: StreamInit = {}): Response {
    const options = new Options().add(ContentFormatOption, assignedFormat(format ?? ContentFormat.octets))
    if (etag !== undefined) options.add(ETag, etag)
    return new Response({ code: Code.Content, options, body: new StreamBody(source, size) })
  }

  /** An error with a diagnostic payload (RFC 7252 5.5.2): text for people, without a Content-Format. */
  static diagnostic(code: Code, text: string): Response {
    return new Response({ code, payload: encodeUtf8(text) })
  }

  /** Say nothing: the request is acknowledged, and that is all. */
  static readonly none: Response = new Response({ code: Code.Empty })

  /** Where it is a message of its own it is Non-confirmable, even if the request was not. */
  get sentOnce(): boolean {
    return this.#init.sentOnce ?? false
  }

  /** Who answered. */
  get peer(): Peer {
    return this.#init.peer ?? nobody
  }

  /** For what it is an answer, by the address that answered (RFC 7252 8.2); undefined on a server. */
  get uri(): CoapUri | undefined {
    return this.#init.uri
  }

  /** What it carries: all of it where `payload` has it, else what is still to be read. */
  get body(): Body {
    return this.#init.body ?? new WholeBody(this.payload)
  }

  /** Its body is still to be read. */
  get streams(): boolean {
    return this.#init.body !== undefined && this.#init.body.whole === undefined
  }

  /** What follows an observed response; undefined if the server does not observe it. */
  get notifications(): AsyncIterable<Response> | undefined {
    return this.#init.notifications
  }

  /** Seconds since it was stored or validated, rounded up; undefined if it comes from no cache. */
  get age(): number | undefined {
    return this.#init.age
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
  observing(subject: Watchable, how: ObservingInit | ObservingInit['again'] = {}): this {
    const { again, confirmable } = typeof how === 'function' ? { again: how } : how
    const changes = this.#observing?.changes ?? unchanged
    this.#observing = { subject, again, changes, ...(confirmable !== undefined && { confirmable }) }
    return this
  }

  /** For layers: those who observe with this request are told only when their conditions say so. */
  notifiedIf(conditions: Conditions): this {
    if (this.#observing !== undefined) this.#observing = { ...this.#observing, conditions }
    return this
  }

  /** For layers: a copy that is not observed, whatever the handler offers. */
  unobserved(): Response {
    const copy = this.with({})
    copy.#observing = undefined
    return copy
  }

  /** For routers: a copy that names whom to ask again, if anybody observes. Several requests may have been given this one. */
  askedAgain(again: (request: Request) => Response | Promise<Response>): Response {
    const copy = this.with({})
    if (copy.#observing !== undefined) copy.#observing = { ...copy.#observing, again }
    return copy
  }

  /** Changes this response, and in the same way each notification after it. For layers: do not hold on to the request in `change`. */
  map(change: Change): Response {
    const changed = change(this)
    if (this.#observing === undefined) return changed
    changed.#observing = this.#observing
    return changed.mapNotifications(change)
  }

  /** Changes each notification after this response. Costs an observer nothing if it is the only change, and the same for all. */
  mapNotifications(change: Change): this {
    const observing = this.#observing
    if (observing !== undefined) {
      const { changes } = observing
      // Kept for each observer: `concat` makes an array that is no longer than it need be.
      this.#observing = { ...observing, changes: changes.length === 0 ? alone(change) : changes.concat(change) }
    }
    return this
  }

  /** A copy with changes; notifications after it are not changed by it: use `map` for that. */
  with(changes: Partial<ResponseInit>): Response {
    const { code, token, options, payload } = this
    const { body, ...init } = this.#init
    const kept = body !== undefined && changes.payload === undefined ? { body } : undefined
    const copy = new Response({ ...init, code, token, options, payload, ...kept, ...changes })
    copy.#observing = this.#observing
    return copy
  }
}

/** A 4.xx or 5.xx as an exception: thrown by a handler it becomes the response, thrown by `orThrow` it carries what was received. */
export class ResponseError extends CoapError {
  readonly response: Response

  /** `throw new ResponseError(Response.diagnostic(Code.Conflict, 'the valve is in use'))` */
  constructor(response: Response) {
    super(describe(response), { code: 'COAP_RESPONSE' })
    this.response = response
  }

  /** The problem details (RFC 9290), if the response has them. */
  get problem(): ProblemDetails | undefined {
    return problemOf(this.response)
  }
}

/** The problem details of a response; undefined if it has none that can be read. */
export function problemOf(response: Response): ProblemDetails | undefined {
  return response.contentFormat === ContentFormat.problemDetails ? decodeProblemDetails(response.payload) : undefined
}

function describe(response: Response): string {
  const problem = problemOf(response)
  const words =
    problem === undefined
      ? diagnosticOf(response)
      : [problem.title, problem.detail].filter((part) => part !== undefined).join(': ')
  return words === '' ? describeCode(response.code) : `${describeCode(response.code)}: ${words}`
}

/** The diagnostic payload (RFC 7252 5.5.2): only where no Content-Format says that it is something else. */
function diagnosticOf(response: Response): string {
  return response.contentFormat === undefined ? (decodeUtf8(response.payload) ?? '') : ''
}

/** A list of one change; the same list as the last time if it is the same change. */
function alone(change: Change): Observing['changes'] {
  if (lone[0] !== change) lone = [change]
  return lone
}

let lone: Observing['changes'] = []
/** Nothing, to share. */
const unchanged: Observing['changes'] = []
