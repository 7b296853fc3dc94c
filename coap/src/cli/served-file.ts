// A file that is served as it is asked for: of one version, and without keeping it open, since clients may take their time.

import type { BigIntStats } from 'node:fs'
import { open } from 'node:fs/promises'
import { Response, ResponseError } from '../handler/response.ts'
import { Code } from '../message/code.ts'

const chunkBytes = 16_384

/** From an offset on, as long as the file is what it was. */
export async function* chunksOf(path: string, offset: number, version: BigIntStats): AsyncGenerator<Uint8Array> {
  for (let at = offset; at < version.size; ) {
    const chunk = await chunkAt(path, at, version)
    at += chunk.length
    yield chunk
  }
}

async function chunkAt(path: string, at: number, { ino, size, mtimeNs }: BigIntStats): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const chunk = new Uint8Array(Math.min(chunkBytes, Number(size) - at))
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at)
    const now = await file.stat({ bigint: true })
    if (now.ino !== ino || now.size !== size || now.mtimeNs !== mtimeNs || bytesRead !== chunk.length) throw changed()
    return chunk
  } finally {
    await file.close()
  }
}

function changed(): ResponseError {
  return new ResponseError(
    Response.diagnostic(Code.ServiceUnavailable, 'the file has changed meanwhile: ask for it from its beginning'),
  )
}
