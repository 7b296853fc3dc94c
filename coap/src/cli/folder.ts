// A folder as resources: files with what they are and an ETag, folders as lists of links. Nothing outside of it can be reached, whatever
// a path or a symbolic link says; and what begins with a dot stays hidden.

import { createHash } from 'node:crypto'
import { type BigIntStats, type Dirent, statSync } from 'node:fs'
import { access, constants, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { filterLinks } from '../links/filter-links.ts'
import { formatLinks } from '../links/format-links.ts'
import { Link } from '../links/link.ts'
import { Code } from '../message/code.ts'
import { ContentFormat } from '../message/content-format.ts'
import { ETag } from '../message/option.ts'
import { formatResourceName } from '../uri/resource-name.ts'
import { CommandError } from './command-error.ts'
import { ExitCode } from './exit-code.ts'
import { formatOfFile } from './file-format.ts'
import { FolderWatch } from './folder-watch.ts'
import { chunksOf } from './served-file.ts'

/** What has more is read as it is asked for, and known by its size and time instead of its content. */
const wholeBytes = 65_536

export class Folder {
  /** Without symbolic links. */
  readonly #root: string
  readonly #watch = new FolderWatch()

  /** Throws a `CommandError` if there is no such folder, or if it may not be read. */
  static async open(path: string): Promise<Folder> {
    try {
      const root = await realpath(path)
      if (!(await stat(root)).isDirectory())
        throw new CommandError(ExitCode.noInput, `${path} is a file`, 'serve the folder that it is in')
      await access(root, constants.R_OK | constants.X_OK)
      return new Folder(root)
    } catch (error) {
      if (error instanceof CommandError) throw error
      const { code } = error as NodeJS.ErrnoException
      const why =
        code === 'ENOENT'
          ? `there is no folder ${path}`
          : `the folder ${path} cannot be read: ${whys[code ?? ''] ?? code}`
      throw new CommandError(ExitCode.noInput, why)
    }
  }

  private constructor(root: string) {
    this.#root = root
  }

  async answer(request: Request): Promise<Response> {
    if (request.code !== Code.GET) return Response.diagnostic(Code.MethodNotAllowed, 'a folder is read only: GET')
    const wellKnown = request.path.join('/') === '.well-known/core'
    const place = wellKnown ? this.#root : await this.#locate(request.path)
    if (place === undefined) return notFound
    try {
      const status = await stat(place, { bigint: true })
      if (status.isDirectory()) return await this.#list(place, request)
      return status.isFile() && request.path.at(-1) !== '' ? await this.#read(place, status, request) : notFound
    } catch (error) {
      return failed(error)
    }
  }

  close(): void {
    this.#watch.close()
  }

  /** Where a path leads to, if it stays in the folder all the way. */
  async #locate(path: readonly string[]): Promise<string | undefined> {
    const segments = path.at(-1) === '' ? path.slice(0, -1) : path
    let place: string | undefined = this.#root
    for (const segment of segments) {
      if (!isVisibleName(segment)) return undefined
      place = await this.#inside(join(place, segment))
      if (place === undefined) return undefined
    }
    return place
  }

  /** The file or folder that a path means after all symbolic links; undefined if it is not there, hidden, or out of the folder. */
  async #inside(path: string): Promise<string | undefined> {
    const real = await realpath(path).catch(() => undefined)
    if (real === undefined || real === this.#root) return real
    if (!real.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep)) return undefined
    return relative(this.#root, real).split(sep).every(isVisibleName) ? real : undefined
  }

  async #read(path: string, status: BigIntStats, request: Request): Promise<Response> {
    const format = formatOfFile(path) ?? ContentFormat.octets
    if (status.size <= wholeBytes) return this.#versioned(Response.bytes(await readFile(path), format), path, request)
    const response = Response.stream((offset) => chunksOf(path, offset, status), { format, size: Number(status.size) })
    return this.#versioned(response, path, request, `${status.ino} ${status.size} ${status.mtimeNs}`)
  }

  async #list(path: string, request: Request): Promise<Response> {
    const entries = (await readdir(path, { withFileTypes: true })).filter(({ name }) => isVisibleName(name))
    const links = await Promise.all(entries.map((entry) => this.#linkTo(entry, path)))
    const found = links.filter((link) => link !== undefined).sort((one, other) => (one.target < other.target ? -1 : 1))
    const text = formatLinks(filterLinks(found, request.query))
    return this.#versioned(Response.of(Code.Content, text, ContentFormat.linkFormat), path, request)
  }

  /** Undefined for what cannot be asked for. */
  async #linkTo({ name }: Dirent, folder: string): Promise<Link | undefined> {
    const path = await this.#inside(join(folder, name))
    const status = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })
    const segments = [...relative(this.#root, folder).split(sep), name].filter((segment) => segment !== '')
    if (status?.isFile()) {
      const ct = formatOfFile(name) ?? ContentFormat.octets
      return new Link(formatResourceName({ path: segments, query: [] }), { ct, sz: status.size, obs: true })
    }
    if (!status?.isDirectory()) return undefined
    const target = formatResourceName({ path: [...segments, ''], query: [] })
    return new Link(target, { ct: ContentFormat.linkFormat, obs: true })
  }

  /** With an ETag; 2.03 without the content if the client has this version (RFC 7252 5.10.6); observed, if the client wants that. */
  #versioned(
    response: Response,
    path: string,
    request: Request,
    version: string | Uint8Array = response.payload,
  ): Response {
    const tag = createHash('sha256').update(version).digest().subarray(0, 8)
    const known = request.options.getAll(ETag).some((each) => tag.equals(each))
    const answer = known ? Response.of(Code.Valid) : response
    answer.options.add(ETag, new Uint8Array(tag))
    const subject = request.observes ? this.#watch.subjectOf(path) : undefined
    return subject === undefined ? answer : answer.observing(subject)
  }
}

const notFound = Response.diagnostic(Code.NotFound, 'there is nothing here by this name')
const whys: Readonly<Record<string, string>> = {
  EACCES: 'you may not',
  EPERM: 'you may not',
  ENOTDIR: 'it lies in a file',
}

/** A name in a folder, as opposed to a way out of it; and not a hidden one. */
function isVisibleName(name: string): boolean {
  return name !== '' && !name.startsWith('.') && !/[/\\\0\ufffd]/.test(name) && !(sep === '\\' && name.includes(':'))
}

function failed(error: unknown): Response {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') return Response.diagnostic(Code.Forbidden, 'the server may not read it')
  if (code === 'ENOENT' || code === 'ENOTDIR') return notFound
  throw error
}
