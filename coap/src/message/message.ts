// What every transport carries (RFC 7252 3 and 5): a code, a token, options, a payload.

import { showAs } from '../context/inspect.ts'
import { type Code, describeCode } from './code.ts'
import { Options } from './options.ts'

/** What a message is made of. A message reads token and payload from here when it is asked, so that a received one copies nothing. */
export interface MessageInit {
  readonly code: Code
  readonly token?: Uint8Array
  readonly options?: Options
  readonly payload?: Uint8Array
}

export class Message {
  readonly code: Code
  readonly options: Options
  readonly #init: MessageInit

  constructor(init: MessageInit) {
    this.code = init.code
    this.options = init.options ?? new Options()
    this.#init = init
  }

  /** 0 to 8 bytes; up to 65,804 between peers that have agreed on it (RFC 8974). */
  get token(): Uint8Array {
    return this.#init.token ?? noBytes
  }

  /** Empty if there is none: the two cannot be told apart (RFC 7252 3). */
  get payload(): Uint8Array {
    return this.#init.payload ?? noBytes
  }

  static {
    showAs(
      Message,
      (message) => `${message.constructor.name}(${describeCode(message.code)}, ${message.payload.length} bytes)`,
    )
  }
}

/** Nothing, to share. */
export const noBytes: Uint8Array = new Uint8Array(0)
