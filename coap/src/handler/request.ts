// A request: received by a server, or made by a client. A layer passes on a changed one with `with`.

import { showAs } from '../context/inspect.ts'
import { type Abortable, Cancellation, type Signal } from '../context/signal.ts'
import { type Code, describeCode } from '../message/code.ts'
import { assignedFormat, type ContentFormat } from '../message/content-format.ts'
import { Message, type MessageInit } from '../message/message.ts'
import { Accept, ContentFormatOption, Observe, UriHost, UriPath, UriPort, UriQuery } from '../message/option.ts'
import type { Options } from '../message/options.ts'
import type { Transmission } from '../message/transmission.ts'
import { describeAddress } from '../network/address.ts'
import { anonymous, describeIdentity, type Identity } from '../transport/identity.ts'
import type { Association, Peer } from '../transport/transport.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { type Body, WholeBody } from './body.ts'
import type { RetryOptions } from './retry-options.ts'
import type { Transfer } from './transfer.ts'

export interface RequestInit extends MessageInit {
  /** Whom to ask, and for what: a client's. Its parts become options where `options` has none of them. */
  readonly uri?: CoapUri
  /** Who asks; or whom to ask, whatever the URI says. */
  readonly peer?: Peer
  /** The conversation that it came in on. */
  readonly association?: Association
  /** What has been proved about who asks, outermost first. Default: what the association has proved. */
  readonly identities?: readonly Identity[]
  readonly multicast?: boolean
  /** Sent again until acknowledged (RFC 7252 4.2). Default true. */
  readonly confirmable?: boolean
  readonly signal?: Signal | Cancellation | undefined
  /** For this request alone. */
  readonly transmission?: Transmission
  /** In place of `payload`: a body that is read as it comes. */
  readonly body?: Body
  /** What the caller wishes of a transfer in blocks. */
  readonly transfer?: Transfer
  /** Of a request that observes: so many notifications are kept until they are read, the newest. Default 1. */
  readonly unread?: number
  /** Is it repeated when its server says that it has too much to do? Default: as the layer that does it has it. */
  readonly retry?: RetryOptions | false
  /** Called when it is known who is asked, with the options as they leave: for those that nobody else may see (RFC 9175 2.3). */
  readonly addressed?: (options: Options, peer: Peer) => void
  /** Noted when somebody looks at who asks: an answer that may depend on it is not shared with other observers. */
  readonly notes?: { lookedAtPeer: boolean }
}

export class Request extends Message {
  readonly #init: RequestInit
  /** Who has the signal: a received request's is made when somebody asks for it. */
  #signalled: RequestInit
  #path: readonly string[] | undefined = undefined
  /** So many segments of Uri-Path have been routed already. */
  #routed = 0
  #query: readonly string[] | undefined = undefined

  constructor(init: RequestInit) {
    super(init)
    this.#init = init
    this.#signalled = init
  }

  /** Who asks. On a client: whom to ask, if it was made for a peer; `nobody` while only the URI is known. */
  get peer(): Peer {
    this.#look()
    return this.#init.peer ?? nobody
  }

  /**
   * Whose request it is, for layers that keep something for each peer. Unlike `peer` it is not noted: what is answered must not depend
   * on it.
   */
  get correspondent(): Peer {
    return this.#init.peer ?? nobody
  }

  /** The conversation that it came in on; undefined on a client. */
  get association(): Association | undefined {
    this.#look()
    return this.#init.association
  }

  /** What has been proved about who asks, outermost first: the transport's, then OSCORE's, then a token's. */
  get identities(): readonly Identity[] {
    this.#look()
    return this.#init.identities ?? [this.#init.association?.identity ?? anonymous]
  }

  /** The innermost proof. */
  get identity(): Identity {
    return this.identities.at(-1) ?? anonymous
  }

  /**
   * Who asks and from where, for logs; undefined on a client. Unlike `peer` and `identity`, it is not noted: do not let an answer
   * depend on it.
   */
  describePeer(): string | undefined {
    const { identities, association } = this.#init
    if (association === undefined) return undefined
    return `${describeIdentity(identities?.at(-1) ?? association.identity)} at ${describeAddress(association.path.remote)}`
  }

  /** It was sent to a group: answer only if there is something to say (RFC 7252 8.2). */
  get multicast(): boolean {
    return this.#init.multicast ?? false
  }

  get confirmable(): boolean {
    return this.#init.confirmable ?? true
  }

  /** Aborted when nobody waits for the answer any more. */
  get signal(): Signal | undefined {
    const { signal } = this.#signalled
    return signal instanceof Cancellation ? signal.signal : signal
  }

  /** The same, for who only listens: nothing is made for it. */
  get abortable(): Abortable | undefined {
    return this.#signalled.signal
  }

  get transmission(): Transmission | undefined {
    return this.#init.transmission
  }

  get method(): Code {
    return this.code
  }

  /** What it carries: all of it where `payload` has it, else what is still to be read. */
  get body(): Body {
    return this.#init.body ?? new WholeBody(this.payload)
  }

  get transfer(): Transfer | undefined {
    return this.#init.transfer
  }

  /** So many notifications are kept until they are read, the newest. */
  get unread(): number {
    return this.#init.unread ?? 1
  }

  get retry(): RetryOptions | false | undefined {
    return this.#init.retry
  }

  get addressed(): ((options: Options, peer: Peer) => void) | undefined {
    return this.#init.addressed
  }

  /** The request URI (RFC 7252 6.5); undefined if its options make none. */
  get uri(): CoapUri | undefined {
    if (this.#init.uri !== undefined) return this.#init.uri
    const { association } = this.#init
    if (association === undefined) return undefined
    const uriHost = this.options.get(UriHost)
    const uriPort = this.options.get(UriPort)
    return CoapUri.compose({
      scheme: association.transport.schemes[0] as string,
      ...(uriHost !== undefined && { uriHost }),
      ...(uriPort !== undefined && { uriPort }),
      uriPath: this.options.getAll(UriPath),
      uriQuery: this.query,
      destination: association.path.local,
    })
  }

  /** The segments of Uri-Path; where a router is mounted, those behind its prefix. */
  get path(): readonly string[] {
    if (this.#path === undefined) {
      const path = this.options.getAll(UriPath)
      this.#path = this.#routed === 0 ? path : path.slice(this.#routed)
    }
    return this.#path
  }

  /** The arguments of Uri-Query, as they are: `a=b`. */
  get query(): readonly string[] {
    this.#query ??= this.options.getAll(UriQuery)
    return this.#query
  }

  /** What stands after `name=` in the query; an empty text for a bare `name`. */
  queryParam(name: string): string | undefined {
    for (const argument of this.query) {
      if (argument === name) return ''
      if (argument.startsWith(`${name}=`)) return argument.slice(name.length + 1)
    }
    return undefined
  }

  get contentFormat(): ContentFormat | undefined {
    const format = this.options.get(ContentFormatOption)
    return format === undefined ? undefined : assignedFormat(format)
  }

  get accept(): ContentFormat | undefined {
    const format = this.options.get(Accept)
    return format === undefined ? undefined : assignedFormat(format)
  }

  /** It asks to be told of changes (RFC 7641 2: Observe is 0). */
  get observes(): boolean {
    return this.options.get(Observe) === 0
  }

  /** A copy with changes; the rest is shared. Change options on a clone: `request.with({ options: request.options.clone() })`. */
  with(changes: Partial<RequestInit>): Request {
    const { code, token, options, payload, multicast, confirmable } = this
    const { uri, peer, association, identities, transmission, notes, body, transfer, unread, retry, addressed } =
      this.#init
    // Field by field: spreading each that is there takes ten times as long, and this is done for each block of a body.
    const init: Changing<RequestInit> = { code, token, options, payload, multicast, confirmable, ...changes }
    if (uri !== undefined) init.uri ??= uri
    if (peer !== undefined) init.peer ??= peer
    if (association !== undefined) init.association ??= association
    if (identities !== undefined) init.identities ??= identities
    if (transmission !== undefined) init.transmission ??= transmission
    if (notes !== undefined) init.notes ??= notes
    if (body !== undefined && changes.payload === undefined) init.body ??= body
    if (transfer !== undefined) init.transfer ??= transfer
    if (unread !== undefined) init.unread ??= unread
    if (retry !== undefined) init.retry ??= retry
    if (addressed !== undefined) init.addressed ??= addressed
    const copy = new Request(init)
    if (!('signal' in changes)) copy.#signalled = this.#signalled
    copy.#routed = this.#routed
    return copy
  }

  /** The same as a router sees it that is mounted behind the next segments of its path. */
  behind(segments: number): Request {
    const copy = new Request(this.#init)
    copy.#signalled = this.#signalled
    copy.#path = this.path.slice(segments)
    copy.#routed = this.#routed + segments
    return copy
  }

  #look(): void {
    if (this.#init.notes !== undefined) this.#init.notes.lookedAtPeer = true
  }

  static {
    showAs(
      Request,
      (request) => `Request(${describeCode(request.code)} /${request.path.join('/')}, ${request.payload.length} bytes)`,
    )
  }
}

type Changing<T> = { -readonly [Name in keyof T]: T[Name] }

/** Whom nothing is known of yet. */
export const nobody: Peer = { associations: [], identity: anonymous }
