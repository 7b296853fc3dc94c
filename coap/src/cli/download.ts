// --output and --continue: a response's content into a file, without ever holding all of it.

import type { Client } from '../client/client.ts'
import type { ClientRequestInit } from '../client/request-init.ts'
import { type Response, ResponseError } from '../handler/response.ts'
import { Code } from '../message/code.ts'
import { ETag } from '../message/option.ts'
import type { CoapUri } from '../uri/coap-uri.ts'
import { byteCount } from './byte-count.ts'
import type { Invocation } from './command.ts'
import { OutputFile } from './output-file.ts'
import { printable } from './printable.ts'

export interface Downloaded {
  readonly response: Response
  /** Bytes that are in the file; undefined if there was no content, and nothing was written. */
  readonly bytes: number | undefined
}

/** So often a resource may change while it is read before it is given up. */
const attempts = 4

/** How servers answer to who asks for a block that what is shorter now does not have. */
const beyondItsEnd: ReadonlySet<Code> = new Set([Code.BadRequest, Code.BadOption, Code.RequestEntityIncomplete])

export class Download {
  readonly #invocation: Invocation
  readonly #file: OutputFile

  constructor(path: string, uri: CoapUri, invocation: Invocation) {
    this.#invocation = invocation
    const query = [...uri.query, ...invocation.arguments.all('query')]
    this.#file = new OutputFile(path, uri.with({ query }).toString())
  }

  /** Asks, and writes what comes. An error response is given as it is, and the file stays what it was. */
  async run(client: Client, uri: CoapUri, init: ClientRequestInit): Promise<Downloaded> {
    let range = this.#invocation.arguments.has('continue') ? this.#file.range : undefined
    if (this.#invocation.arguments.has('continue') && range === undefined)
      this.#tell(`There is no broken download of it into ${this.#file.path}: begun anew.`)
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await client.request(uri, { ...init, stream: true, ...(range !== undefined && { range }) })
        if (range !== undefined && beyondItsEnd.has(response.code)) throw new Changed()
        if (!response.ok) return { response, bytes: undefined }
        if (range !== undefined) this.#tell(`Going on after ${byteCount(range.start)}.`)
        return await this.#write(response, range?.start ?? 0)
      } catch (error) {
        if (error instanceof ResponseError) return { response: error.response, bytes: this.#brokenOff() }
        if (!hasChanged(error) || attempt === attempts) {
          this.#brokenOff()
          throw error
        }
        this.#file.discard()
        this.#tell('It has changed: begun anew.')
        range = undefined
      }
    }
  }

  async #write(response: Response, start: number): Promise<Downloaded> {
    const { body, code } = response
    if (body.whole?.length === 0 && code !== Code.Content) return { response, bytes: undefined }
    this.#file.begin(start, response.options.get(ETag))
    for await (const chunk of body) this.#file.write(chunk)
    this.#file.finish()
    return { response, bytes: this.#file.bytes }
  }

  /** Says what is left of it. */
  #brokenOff(): undefined {
    if (this.#file.breakOff())
      this.#tell(
        `${byteCount(this.#file.bytes)} are in ${this.#file.partPath}: the same command with --continue goes on after them.`,
      )
  }

  #tell(text: string): void {
    const { arguments: given, terminal } = this.#invocation
    if (!given.has('json')) terminal.note(terminal.paintNote('dim', printable(text)))
  }
}

class Changed extends Error {
  readonly code = 'COAP_CHANGED'
}

function hasChanged(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === 'COAP_CHANGED'
}
