// Content that somebody sent, and gets back as it came.

import { type Code, Options, options, type Request, Response } from 'coapstone'

export interface Stored {
  readonly bytes: Uint8Array
  /** Undefined if it came without one. */
  readonly format: number | undefined
}

/** What a request carries. `usual` is its Content-Format if it does not say. */
export function storedFrom({ payload, contentFormat }: Request, usual?: number): Stored {
  return { bytes: payload.slice(), format: contentFormat ?? usual }
}

export function text(content: string): Stored {
  return { bytes: new TextEncoder().encode(content), format: 0 }
}

/** A response with it. `extra` are further options; they are used up. */
export function show(code: Code, { bytes, format }: Stored, extra: Options = new Options()): Response {
  if (format !== undefined) extra.set(options.ContentFormatOption, format)
  return new Response({ code, payload: bytes, options: extra })
}
