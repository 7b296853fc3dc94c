// The only globals beside ECMAScript's that the core uses: every platform of ours has them (WHATWG Encoding, WHATWG DOM 3).
// Declared here, as small as the core needs them, so that it is checked with neither Node's types nor the DOM's.
// AbortSignal is not among them as a type: take Signal of context/signal.ts, since public types mention it and
// must compile for users who have neither.

declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
  encodeInto(text: string, into: Uint8Array): { read: number; written: number }
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string
}

interface CoreAbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

declare var AbortSignal: { prototype: CoreAbortSignal; any(signals: readonly CoreAbortSignal[]): CoreAbortSignal }

declare class AbortController {
  readonly signal: CoreAbortSignal
  abort(reason?: unknown): void
}
