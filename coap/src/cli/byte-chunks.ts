// What is to be sent, in chunks: of a file, or of standard input.

import { closeSync, fstatSync, openSync, read } from 'node:fs'

const chunkBytes = 16_384

/** Reads on as it is asked to; the file is closed at the end, or by who has enough. */
export async function* fileChunks(file: number): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const buffer = new Uint8Array(chunkBytes)
      const length = await readInto(file, buffer)
      if (length === 0) return
      yield buffer.subarray(0, length)
    }
  } finally {
    closeSync(file)
  }
}

/** Size in bytes if it is a file; undefined for what has no length, such as a pipe. Throws what node:fs does. */
export function openToRead(path: string): { readonly file: number; readonly size: number | undefined } {
  const file = openSync(path, 'r')
  const status = fstatSync(file)
  if (status.isDirectory()) {
    closeSync(file)
    throw Object.assign(new Error('a folder'), { code: 'EISDIR' })
  }
  return { file, size: status.isFile() ? status.size : undefined }
}

function readInto(file: number, buffer: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    read(file, buffer, 0, buffer.length, null, (error, length) => (error === null ? resolve(length) : reject(error)))
  })
}

/** Chunks up to so many bytes together; if they are all, `rest` is undefined, else it goes on after them. */
export async function begun(
  chunks: AsyncIterable<Uint8Array>,
  mostBytes: number,
): Promise<{ readonly first: readonly Uint8Array[]; readonly rest: AsyncIterable<Uint8Array> | undefined }> {
  const iterator = chunks[Symbol.asyncIterator]()
  const first: Uint8Array[] = []
  for (let length = 0; length <= mostBytes; ) {
    const step = await iterator.next()
    if (step.done === true) return { first, rest: undefined }
    first.push(step.value)
    length += step.value.length
  }
  return { first, rest: { [Symbol.asyncIterator]: () => iterator } }
}

/** One after the other. */
export async function* chained(
  first: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* first
  yield* rest
}
