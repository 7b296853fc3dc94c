// What `observe` shows: each response with its time, or, of numbers on a terminal, one line that is drawn again with each.

import type { NotificationEvent, ObservationEvent } from '../client/observation/event.ts'
import type { Response } from '../handler/response.ts'
import { describeAddress } from '../network/address.ts'
import type { Invocation } from './command.ts'
import { usageError } from './command-error.ts'
import type { ExitCode } from './exit-code.ts'
import { endNote, observationNote } from './observation-note.ts'
import { Plot } from './plot.ts'
import { numberOf } from './plotted-number.ts'
import { exitCodeOf, showResponse } from './show-response.ts'
import { suggestion } from './suggestion.ts'

/** What --plot takes. */
export const plotChoices: readonly string[] = ['auto', 'always', 'never']
/** Of a plot that is printed line by line. */
const printedWidth = 79

export class ObservedValues {
  readonly #invocation: Invocation
  readonly #plots: boolean
  readonly #stamps: 'none' | 'brief' | 'whole'
  readonly #plot = new Plot()

  /** Throws a `CommandError` for flags that are none or contradict each other. */
  constructor(invocation: Invocation) {
    const { arguments: given, terminal } = invocation
    this.#invocation = invocation
    const plot = plotOf(given.get('plot'))
    const live = terminal.interactive && terminal.liveWidth(1) !== undefined
    this.#plots = !given.has('json') && (plot === 'always' || (plot === 'auto' && live && !given.has('as')))
    if (given.has('timestamps') && given.has('no-timestamps'))
      throw usageError('--timestamps and --no-timestamps contradict each other')
    const stamps = given.has('timestamps') || (terminal.interactive && !given.has('no-timestamps'))
    this.#stamps = stamps ? (terminal.interactive ? 'brief' : 'whole') : 'none'
  }

  show(response: Response): ExitCode {
    const { terminal } = this.#invocation
    const now = new Date()
    const stamp = this.#stampOf(now)
    const number =
      this.#plots && response.ok ? numberOf({ payload: response.payload, format: response.contentFormat }) : undefined
    if (number === undefined) {
      terminal.leaveLive()
      const moment = { time: now.toISOString(), ...(stamp !== undefined && { stamp }) }
      return showResponse(response, moment, this.#invocation)
    }
    this.#plot.add(number)
    const width = terminal.liveWidth(1)
    const left = (width ?? printedWidth) - (stamp === undefined ? 0 : stamp.length + 2)
    const line = this.#plot.line(left, terminal.paint)
    const text = stamp === undefined ? line : `${terminal.paint('dim', stamp)}  ${line}`
    if (width === undefined) terminal.print(text)
    else terminal.drawLive(1, text)
    return exitCodeOf(response)
  }

  /** What happens beside: on standard error, since it is no content. */
  tell(event: Exclude<ObservationEvent, NotificationEvent>): void {
    const { arguments: given, terminal } = this.#invocation
    const now = new Date()
    if (given.has('json')) {
      const { type, ...what } = event
      const reason = 'reason' in what ? { reason: what.reason } : {}
      const place = type === 'moved' ? { from: describeAddress(event.from), to: describeAddress(event.to) } : {}
      terminal.print(JSON.stringify({ time: now.toISOString(), event: type, ...reason, ...place }))
    } else {
      const note = event.type === 'ended' ? endNote(event.reason) : observationNote(event)
      if (note === undefined) return
      const stamp = this.#stampOf(now)
      terminal.note(terminal.paintNote('dim', stamp === undefined ? note : `${stamp}  ${note}`))
    }
  }

  /** The line stays, and what comes next is below it. */
  end(): void {
    this.#invocation.terminal.leaveLive()
  }

  /** For a person the time of day, for a file the whole of it. */
  #stampOf(now: Date): string | undefined {
    if (this.#stamps === 'none') return undefined
    return this.#stamps === 'brief' ? now.toTimeString().slice(0, 8) : now.toISOString()
  }
}

function plotOf(when: string = 'auto'): string {
  if (plotChoices.includes(when)) return when
  const near = suggestion(when, plotChoices)
  throw usageError(
    `--plot takes ${plotChoices.join(', ')}, not '${when}'${near === undefined ? '' : `: did you mean ${near}?`}`,
  )
}
