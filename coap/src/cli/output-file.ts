// --output: content in a file, as it comes. The file is there when all of it is: until then what came is beside it, in FILE.part, and
// FILE.part.json says of what it is, so that --continue can go on from there.

import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { toHex } from '../bytes/hex.ts'
import type { Range } from '../handler/transfer.ts'
import { cannotWrite } from './taps.ts'

/** What FILE.part.json says. */
interface PartNote {
  readonly uri: string
  /** In hexadecimal. */
  readonly etag: string
}

export class OutputFile {
  readonly path: string
  readonly #uri: string
  /** Where it is written until it is whole; undefined for what is no file, as /dev/null: it is written to. */
  readonly #part: string | undefined
  /** It goes to its place with the permissions that were there. */
  readonly #mode: number
  readonly #place: string
  #file: number | undefined = undefined
  #written = 0
  #continuable = false

  /** `uri` is that of the resource, query and all. */
  constructor(path: string, uri: string) {
    const status = statSync(path, { throwIfNoEntry: false })
    this.path = path
    this.#uri = uri
    this.#place = status === undefined ? path : realpathSync(path)
    this.#part = status === undefined || status.isFile() ? `${path}.part` : undefined
    this.#mode = status === undefined ? 0o666 : status.mode & 0o777
  }

  /** Bytes that are there. */
  get bytes(): number {
    return this.#written
  }

  /** Where a broken download of this resource goes on; undefined if there is none. */
  get range(): Range | undefined {
    if (this.#part === undefined) return undefined
    const start = statSync(this.#part, { throwIfNoEntry: false })?.size ?? 0
    const note = this.#note()
    if (start === 0 || note?.uri !== this.#uri) return undefined
    return { start, etag: Uint8Array.from(note.etag.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)) }
  }

  /** Before the first bytes. `etag` names their version; without it they cannot be gone on from. Throws a `CommandError`. */
  begin(start: number, etag: Uint8Array | undefined): void {
    this.#written = start
    this.#writing(() => {
      this.#file = openSync(
        this.#part ?? this.#place,
        this.#part === undefined ? 'w' : start > 0 ? 'r+' : 'w',
        this.#mode,
      )
      if (this.#part === undefined) return
      ftruncateSync(this.#file, start)
      this.#continuable = etag !== undefined
      if (etag === undefined) rmSync(this.#notePath, { force: true })
      else writeFileSync(this.#notePath, JSON.stringify({ uri: this.#uri, etag: toHex(etag) } satisfies PartNote))
    })
  }

  write(bytes: Uint8Array): void {
    const file = this.#file as number
    const place = this.#part === undefined ? null : this.#written // a pipe has no places
    this.#writing(() => {
      for (let at = 0; at < bytes.length; )
        at += writeSync(file, bytes, at, bytes.length - at, place === null ? null : place + at)
    })
    this.#written += bytes.length
  }

  /** All is there: it gets its name. */
  finish(): void {
    this.#close()
    if (this.#part === undefined) return
    const part = this.#part
    this.#writing(() => renameSync(part, this.#place))
    rmSync(this.#notePath, { force: true })
  }

  /** No more will come now: true if it can be gone on from, else nothing stays. May be called when it has not begun. */
  breakOff(): boolean {
    if (this.#file === undefined) return false
    this.#close()
    if (this.#part === undefined) return false
    if (this.#continuable && this.#written > 0) return true
    rmSync(this.#part, { force: true })
    rmSync(this.#notePath, { force: true })
    return false
  }

  /** What came is of no use any more. */
  discard(): void {
    this.#continuable = false
    this.breakOff()
  }

  get partPath(): string | undefined {
    return this.#part
  }

  get #notePath(): string {
    return `${this.#part}.json`
  }

  #note(): PartNote | undefined {
    try {
      const note: unknown = JSON.parse(readFileSync(this.#notePath, 'utf8'))
      const { uri, etag } = note as Partial<Record<keyof PartNote, unknown>>
      return typeof uri === 'string' && typeof etag === 'string' && /^(?:[\da-f]{2}){1,8}$/.test(etag)
        ? { uri, etag }
        : undefined
    } catch {
      return undefined
    }
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #writing(write: () => void): void {
    try {
      write()
    } catch (error) {
      throw cannotWrite(this.path, error)
    }
  }
}
