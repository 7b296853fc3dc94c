// What went wrong, for whoever sits at the terminal: a line that says it, the next step, and the exit code.

import type { CommandError } from './command-error.ts'
import { ExitCode } from './exit-code.ts'

export interface Failure {
  readonly exitCode: ExitCode
  readonly message: string
  readonly next?: string
  /** The library's code: `COAP_TIMEOUT`. */
  readonly code?: string
}

/** Turns whatever a command has thrown into a failure. */
export function failureOf(error: unknown): Failure {
  if (isCommandError(error)) {
    const { exitCode, message, next } = error
    return { exitCode, message, ...(next !== undefined && { next }) }
  }
  const { code, message } = error as { code?: unknown; message?: unknown }
  const known = typeof code === 'string' ? outcomes.get(code) : undefined
  if (known === undefined || typeof code !== 'string') {
    const report = error instanceof Error ? error.stack : error
    return { exitCode: ExitCode.failure, message: `unforeseen: ${String(report)}`, next: 'please report it' }
  }
  const [exitCode, next] = known
  return { exitCode, code, message: String(message), ...(next !== undefined && { next }) }
}

/** Not by its class: `serve` is a bundle of its own, with a class of its own. */
function isCommandError(error: unknown): error is CommandError {
  return error instanceof Error && 'exitCode' in error
}

const tryAnotherScheme = 'use coap:// where the server offers it; README.md says what this version can do'

/** By the library's error codes. */
const outcomes: ReadonlyMap<string, readonly [ExitCode, next?: string]> = new Map([
  ['COAP_USAGE', [ExitCode.usage]],
  ['COAP_FORMAT', [ExitCode.usage]],
  ['COAP_SCHEME', [ExitCode.usage, tryAnotherScheme]],
  ['COAP_HOST_NOT_FOUND', [ExitCode.hostNotFound]],
  ['COAP_UNREACHABLE', [ExitCode.unreachable, 'to try things out, start one here: coapstone serve .']],
  ['COAP_CONNECTION', [ExitCode.unreachable]],
  ['COAP_PORT_IN_USE', [ExitCode.cannotListen, 'coapstone serve . --listen coap://localhost:0 takes a free one']],
  ['COAP_CANNOT_LISTEN', [ExitCode.cannotListen]],
  [
    'COAP_TIMEOUT',
    [
      ExitCode.timeout,
      '-v shows what leaves and arrives; a firewall may stop UDP, and a sleeping device wakes up late',
    ],
  ],
  ['COAP_RESET', [ExitCode.protocol, '-v shows what leaves and arrives']],
  ['COAP_CHANGED', [ExitCode.protocol, 'ask again; what changes all the time can be observed']],
  ['COAP_TOO_LONG', [ExitCode.data, '-o FILE takes content of any length']],
  ['COAP_EXCHANGE', [ExitCode.protocol, '-v shows what leaves and arrives']],
] as const)
