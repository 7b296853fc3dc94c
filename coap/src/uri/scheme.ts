// The six URI schemes (RFC 7252 6.1 and 6.2, RFC 8323 8.1 to 8.4): a line each.
// The same host and port under two schemes are two servers: nothing is shared between them.

export type Scheme = 'coap' | 'coaps' | 'coap+tcp' | 'coaps+tcp' | 'coap+ws' | 'coaps+ws'

export interface SchemeProperties {
  /** The port of a URI that names none. */
  readonly defaultPort: number
  /** DTLS or TLS below. */
  readonly secure: boolean
  readonly carrier: 'udp' | 'tcp' | 'websocket'
}

export const schemes: Readonly<Record<Scheme, SchemeProperties>> = {
  coap: { defaultPort: 5683, secure: false, carrier: 'udp' },
  coaps: { defaultPort: 5684, secure: true, carrier: 'udp' },
  'coap+tcp': { defaultPort: 5683, secure: false, carrier: 'tcp' },
  'coaps+tcp': { defaultPort: 5684, secure: true, carrier: 'tcp' },
  'coap+ws': { defaultPort: 80, secure: false, carrier: 'websocket' },
  'coaps+ws': { defaultPort: 443, secure: true, carrier: 'websocket' },
}

/** Is it the name of a scheme, in lower case? */
export function isScheme(name: string): name is Scheme {
  return Object.hasOwn(schemes, name)
}
