// Every error class but ResponseError (handler/response.ts needs Response).
// An error says whose fault it is, what happened, and what was expected. Match by `code`, never by `instanceof`:
// two copies of the library may be loaded. Noise from the network never becomes an error: it is counted and traced.

interface ErrorDetails {
  /** Stable, begins with `COAP_`. */
  readonly code?: string
  readonly cause?: unknown
}

/** The root of all errors of this library. */
export class CoapError extends Error {
  /** Stable name for programs to match, for instance `COAP_TIMEOUT`. */
  readonly code: string

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = details.code ?? 'COAP_ERROR'
  }

  override get name(): string {
    return this.constructor.name
  }
}

/** The caller's mistake: thrown at once, and never caused by what a peer sends. */
export class UsageError extends CoapError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: 'COAP_USAGE', ...details })
  }
}

/** Bytes or text are malformed. Thrown only by functions that a user calls to decode. */
export class FormatError extends CoapError {
  /** Where the first fault is: in bytes, or in UTF-16 units of a text. */
  readonly offset: number

  constructor(message: string, details: ErrorDetails & { readonly offset: number }) {
    super(message, { code: 'COAP_FORMAT', ...details })
    this.offset = details.offset
  }
}

/** There is no usable response. */
export class ExchangeError extends CoapError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: 'COAP_EXCHANGE', ...details })
  }
}

/** Not acknowledged (RFC 7252 4.2), or not answered in time. */
export class TimeoutError extends ExchangeError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: 'COAP_TIMEOUT', ...details })
  }
}

/** The peer sent a Reset (RFC 7252 4.2), or aborted the connection. */
export class ResetError extends ExchangeError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: 'COAP_RESET', ...details })
  }
}

/** The network or the connection failed; `cause` has the system's error. */
export class ConnectionError extends ExchangeError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: 'COAP_CONNECTION', ...details })
  }
}

/** A handshake or a protected message was refused, by us or by the peer. */
export class SecurityError extends ExchangeError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: 'COAP_SECURITY', ...details })
  }
}
