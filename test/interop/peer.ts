// What the interop tests ask of an implementation, as a server and as a client. An implementation that takes part is a `Peer`.

import type { CaseId } from './cases.ts'
import type { TransferId } from './transfers.ts'

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'FETCH' | 'PATCH' | 'iPATCH'

export interface Peer {
  /** As in the report. */
  readonly name: string
  /** `undefined` where it is not installed. */
  version(): Promise<string | undefined>
  readonly server: PeerServer
  readonly client: PeerClient
  /** What else it does that one has to know, a sentence each for the report. */
  readonly remarks: readonly string[]
}

export interface PeerServer extends Reservations {
  /** With the largest blocks that there are, or such as have no more than so many bytes. */
  start(blockSize?: number): Promise<RunningServer>
}

export interface RunningServer {
  /** On 127.0.0.1. */
  readonly port: number
  stop(): Promise<void>
  readonly resources: Resources
}

export interface PeerClient extends Reservations {
  /** Rejects when there was no usable answer. */
  request(uri: string, init: RequestInit): Promise<Answer>
  /** Takes `count` notifications, the first answer included, or a few more, and cancels before it resolves. Each has `size` bytes, if given. */
  observe(uri: string, count: number, size?: number): Promise<readonly Answer[]>
  /** Sends a ping (RFC 7252, 4.3: an empty Confirmable message) to the server of a resource that can be observed and never changes. */
  ping(uri: string): Promise<void>
  /** Gives back what it holds, until it is asked again. */
  close?(): Promise<void>
}

export interface RequestInit {
  readonly method: Method
  readonly payload?: string
  /** Default: true. */
  readonly confirmable?: boolean
  /** Bytes of a block: those of a payload, or those that a request without payload asks for. A power of two, 16 to 1,024. */
  readonly blockSize?: number
  readonly option?: { readonly number: number; readonly value: Uint8Array }
}

export interface Answer {
  /** As in `2.05`. */
  readonly code: string
  readonly payload: string
}

/** What an implementation cannot be asked to do, and what it is known to do wrong: why, in a sentence that goes into the report. */
export interface Reservations {
  readonly cannot: Partial<Record<CaseId | TransferId, string>>
  /** Cases that fail with whoever does as the RFC says: when one of these passes with us, the fault is gone and the line goes. */
  readonly faults: Partial<Record<CaseId | TransferId, string>>
}

/** What is where on a server, and what it answers. */
export interface Resources {
  readonly get: Expected
  readonly put: Expected
  readonly post: Expected
  readonly delete: Expected
  readonly fetch: Expected
  readonly patch: Expected
  readonly ipatch: Expected
  /** Answers later than the implementation waits with its acknowledgement. */
  readonly separate: Expected
  /** A number that goes up by itself, several times a second, while it is observed. */
  readonly counter: Expected
  /** Can be observed, and never changes. */
  readonly still: Expected
  /** A resource that has no DELETE. */
  readonly fixed: Expected
  /** Answers with the code that is its query. */
  readonly status: Expected
  /** As the counter, in the same seven digits and full stop again and again, more than fits into a block of 1,024 bytes. */
  readonly largeCounter: Expected & { readonly size: number }
  /** The path of a resource of so many bytes of the pattern. */
  large(size: number): string
  readonly store: {
    /** Where to put so many bytes in blocks of such a size. */
    path(size: number, exponent: number): string
    /** That of what the server got, which said this about it. */
    digest(answer: Answer, path: string): Promise<string>
  }
  /** Has an ETag. */
  readonly validate: Expected
  /** Made by a PUT, gone with a DELETE. */
  readonly made: string
  /** Wants an Echo option, and answers so to a request that has it. */
  readonly fresh: Expected
}

export interface Expected {
  readonly path: string
  readonly code: string
  readonly payload: RegExp
}

/** What each request with a payload carries. */
export const sample = 'grüße'

/** The resources of servers that we wrote: peers/README.md. */
export const standardResources: Resources = {
  get: { path: '/hello', code: '2.05', payload: /^hello$/ },
  put: { path: '/echo', code: '2.04', payload: new RegExp(`^${sample}$`) },
  post: { path: '/echo', code: '2.04', payload: new RegExp(`^${sample}$`) },
  delete: { path: '/echo', code: '2.02', payload: /^$/ },
  fetch: { path: '/echo', code: '2.05', payload: new RegExp(`^${sample}$`) },
  patch: { path: '/echo', code: '2.04', payload: new RegExp(`^${sample}$`) },
  ipatch: { path: '/echo', code: '2.04', payload: new RegExp(`^${sample}$`) },
  separate: { path: '/separate', code: '2.05', payload: /^separate$/ },
  counter: { path: '/obs', code: '2.05', payload: /^\d+$/ },
  still: { path: '/still', code: '2.05', payload: /^still$/ },
  fixed: { path: '/hello', code: '4.05', payload: /^/ },
  status: { path: '/status', code: '', payload: /^/ },
  largeCounter: { path: '/obs-large', code: '2.05', payload: /^(\d{7}\.)\1{249}$/, size: 2000 },
  large: (size) => `/large?${size}`,
  store: { path: () => '/store', digest: async ({ payload }) => payload },
  validate: { path: '/validate', code: '2.05', payload: /^validate$/ },
  made: '/made',
  fresh: { path: '/fresh', code: '2.05', payload: /^fresh$/ },
}
