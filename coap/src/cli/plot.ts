// The plot line of `observe`: the last numbers as blocks, what they range over, and the newest.

import type { PlottedNumber } from './plotted-number.ts'
import { sparkline } from './sparkline.ts'
import type { Paint } from './terminal.ts'

/** No terminal is wider than that. */
const mostValues = 1000
const leastBlocks = 4

export class Plot {
  readonly #values: number[] = []
  #newest: PlottedNumber | undefined = undefined

  add(number: PlottedNumber): void {
    this.#values.push(number.value)
    this.#newest = number
    if (this.#values.length > mostValues) this.#values.shift()
  }

  /** `▁▃▆█  21.5 °C  min 19  max 21.5`, in at most `width` characters: what was last, of as many as fit. */
  line(width: number, paint: Paint): string {
    const newest = this.#newest?.text ?? ''
    // The range is that of the blocks that are seen, and how many those are depends on its length: the room shrinks until it fits.
    for (
      let blocks = Math.min(width - newest.length - 2, this.#values.length);
      blocks >= leastOf(this.#values);
      blocks--
    ) {
      const values = this.#values.slice(-blocks)
      const range = `min ${shortNumber(Math.min(...values))}  max ${shortNumber(Math.max(...values))}`
      if (blocks + newest.length + range.length + 4 <= width)
        return `${paint('cyan', sparkline(values))}  ${paint('bold', newest)}  ${paint('dim', range)}`
    }
    return newest.slice(0, Math.max(0, width))
  }
}

function leastOf(values: readonly number[]): number {
  return Math.min(leastBlocks, values.length)
}

/** Without the digits that only arithmetic has made. */
function shortNumber(value: number): string {
  return String(Number(value.toPrecision(6)))
}
