// A response to who has representations already (RFC 7252 5.10.6): 2.03 in place of one of them.

import { includesBytes } from '../../bytes/equal.ts'
import { StreamBody } from '../../handler/body.ts'
import type { Response } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import { noBytes } from '../../message/message.ts'
import { ETag, Size2 } from '../../message/option.ts'
import { tagOf } from '../content-tag.ts'

/** A 2.05 with its ETag, or 2.03 in its place if it is one of those that the client has. Other responses have none. */
export function validated(response: Response, tags: readonly Uint8Array[]): Response {
  if (response.code !== Code.Content) return response
  const tag = tagOf(response)
  if (tag === undefined) return response
  if (includesBytes(tags, tag)) return valid(response, tag)
  return response.options.has(ETag) ? response : response.with({ options: response.options.clone().add(ETag, tag) })
}

/**
 * 2.03 (RFC 7252 5.9.1.3). Its options take the place of those that the client has stored: the Content-Format stays too, since all
 * responses to an observation have the same (RFC 7641 4.2).
 */
function valid(response: Response, tag: Uint8Array): Response {
  discard(response)
  const options = response.options.clone().set(ETag, [tag]).delete(Size2)
  return response.with({ code: Code.Valid, options, payload: noBytes })
}

/** Nobody will read its body: where it comes from is told. */
export function discard({ body }: Response): void {
  if (!(body instanceof StreamBody) || body.seekable) return // what can begin anywhere has not begun yet
  const reading = body[Symbol.asyncIterator]()
  reading.return?.()?.then(undefined, () => {}) // however it ends
}
