// What listens in on a command's network: --verbose and --pcap.

import { closeSync, openSync, writeSync } from 'node:fs'
import { Capture } from '../network/capture.ts'
import type { Network } from '../network/network.ts'
import type { WrapNetwork } from '../network/network-around.ts'
import type { Invocation } from './command.ts'
import { CommandError } from './command-error.ts'
import { ExitCode } from './exit-code.ts'
import { MessagePrint } from './message-print.ts'

export interface Taps {
  readonly around: WrapNetwork
  /** The files are complete. */
  close(): void
}

/** Throws a `CommandError` if a file cannot be written. */
export function tapsOf({ arguments: given, terminal }: Invocation): Taps {
  const path = given.get('pcap')
  const capture = path === undefined ? undefined : captureTo(path)
  return {
    around(inner) {
      let network: Network = inner
      if (capture !== undefined) network = capture.around(network)
      if (given.has('verbose')) network = new MessagePrint(network, terminal)
      return network
    },
    close: () => capture?.close(),
  }
}

function captureTo(path: string): Taps {
  let file: number
  try {
    file = openSync(path, 'w')
  } catch (error) {
    throw cannotWrite(path, error)
  }
  return {
    around: (network) => new Capture(network, (bytes) => void writeSync(file, bytes)),
    close: () => closeSync(file),
  }
}

/** For whatever node:fs has thrown. */
export function cannotWrite(path: string, error: unknown): CommandError {
  const { code, message } = error as NodeJS.ErrnoException
  const why: Record<string, string> = {
    ENOENT: 'its folder is not there',
    EACCES: 'you may not',
    EISDIR: 'it is a folder',
  }
  return new CommandError(ExitCode.cannotWrite, `${path} cannot be written: ${why[code ?? ''] ?? code ?? message}`)
}
