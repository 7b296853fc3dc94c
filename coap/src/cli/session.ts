// A command's client: with what its flags put around the network, and what is worth telling while somebody waits.

import { Client } from '../client/client.ts'
import type { Retry } from '../handler/retry-options.ts'
import { describeCode } from '../message/code.ts'
import { describeAddress } from '../network/address.ts'
import type { Network, NetworkAddress } from '../network/network.ts'
import type { Invocation } from './command.ts'
import { CommandError } from './command-error.ts'
import { durationText } from './duration.ts'
import { ExitCode } from './exit-code.ts'
import { PeerWatch } from './peer-watch.ts'
import { type Taps, tapsOf } from './taps.ts'

/** Milliseconds that an answer may still take once something has come that is no CoAP. */
const patience = 1000

export class Session {
  readonly client: Client
  readonly #abort = new AbortController()
  readonly #invocation: Invocation
  readonly #taps: Taps
  readonly #interrupt: () => void

  constructor(invocation: Invocation) {
    const { signal } = invocation
    const taps = tapsOf(invocation)
    this.#invocation = invocation
    this.#taps = taps
    this.#interrupt = () => this.#abort.abort(signal.reason)
    if (signal.aborted) this.#interrupt()
    else signal.addEventListener('abort', this.#interrupt, { once: true })
    this.client = new Client({
      network: (network) => this.#watch(taps.around(network)),
      retry: invocation.arguments.has('no-retry') ? false : { onRetry: (retry) => this.#tellRetry(retry) },
    })
  }

  /** Aborted when the user has enough, or when what answers is no CoAP. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Aborts the signal in so many milliseconds, unless what is asked is done by then: call what it gives. */
  endAfter(duration: number, reason: CommandError): () => void {
    const timer = setTimeout(() => this.#abort.abort(reason), duration)
    return () => clearTimeout(timer)
  }

  /** In milliseconds. */
  now(): number {
    const [seconds, nanoseconds] = process.hrtime()
    return seconds * 1000 + nanoseconds / 1e6
  }

  async close(): Promise<void> {
    this.#invocation.signal.removeEventListener('abort', this.#interrupt)
    await this.client.close()
    this.#taps.close()
  }

  #tellRetry({ code, wait }: Retry): void {
    const { terminal, arguments: given } = this.#invocation
    if (given.has('json')) return
    const when = wait < 1000 ? 'at once' : `in ${durationText(wait)}`
    terminal.note(
      terminal.paintNote(
        'dim',
        `${describeCode(code)}: asking again ${when}, as the server wishes. --no-retry does not.`,
      ),
    )
  }

  #watch(network: Network): Network {
    const { terminal, arguments: given } = this.#invocation
    const quiet = !terminal.attended || given.has('verbose') || given.has('json')
    return new PeerWatch(network, {
      askedAgain() {
        if (!quiet)
          terminal.note(
            terminal.paintNote('dim', 'No answer yet: asked again. Ctrl-C ends it, --timeout 5 shortens it.'),
          )
      },
      garbage: (packet, from) => {
        setTimeout(() => this.#abort.abort(noCoap(packet, from)), patience).unref()
      },
    })
  }
}

function noCoap(packet: Uint8Array, from: NetworkAddress): CommandError {
  const begin = [...packet.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return new CommandError(
    ExitCode.protocol,
    `${describeAddress(from)} answers, but not in CoAP: ${packet.length} bytes that begin with ${begin || 'nothing'}`,
    'look which program has this port; CoAP is usually at 5683',
  )
}
