// The bar that shows how far a transfer is: on a terminal, to whom has waited for a second.

import type { Progress } from '../handler/transfer.ts'
import type { Invocation } from './command.ts'
import { progressLine } from './progress-line.ts'
import { TransferRate } from './transfer-rate.ts'

/** Milliseconds: what is done by then needs no bar. */
const patience = 1000
/** Milliseconds between two drawings at least; and where nothing comes, at most. */
const fastest = 100
const slowest = 500

export class ProgressBar {
  readonly #invocation: Invocation
  readonly #now: () => number
  /** Somebody looks: without that nobody need count. */
  readonly shown: boolean
  #rate = new TransferRate()
  #newest: Progress | undefined = undefined
  #begun = 0
  #drawn = 0
  #redraw: NodeJS.Timeout | undefined = undefined

  /** `contentIsShown`: the content itself appears on the terminal meanwhile. */
  constructor(invocation: Invocation, now: () => number, contentIsShown: boolean) {
    const { arguments: given, terminal } = invocation
    this.#invocation = invocation
    this.#now = now
    this.shown = terminal.attended && !given.has('json') && !given.has('verbose') && !contentIsShown
  }

  readonly update = (progress: Progress): void => {
    if (!this.shown) return
    const now = this.#now()
    if (this.#redraw === undefined) {
      this.#begun = now
      this.#redraw = setInterval(() => this.#draw(), slowest)
    }
    if (this.#newest?.direction !== progress.direction) this.#rate = new TransferRate()
    this.#newest = progress
    this.#rate.add(now, progress.transferred)
    if (now - this.#drawn >= fastest) this.#draw()
  }

  /** Takes the bar away. */
  end(): void {
    clearInterval(this.#redraw)
    if (this.#drawn > 0) this.#invocation.terminal.drawLive(2, undefined)
    this.#drawn = 0
  }

  #draw(): void {
    const now = this.#now()
    if (this.#newest === undefined || now - this.#begun < patience) return
    const { terminal } = this.#invocation
    const width = terminal.liveWidth(2)
    if (width === undefined) return
    this.#drawn = now
    terminal.drawLive(2, progressLine({ ...this.#newest, rate: this.#rate.at(now) }, width, terminal.paintNote))
  }
}
