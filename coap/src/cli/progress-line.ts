// How far a transfer is, as a line on a terminal.

import { byteCount } from './byte-count.ts'
import { durationText } from './duration.ts'
import type { Paint } from './terminal.ts'

export interface TransferState {
  readonly direction: 'upload' | 'download'
  /** In bytes. */
  readonly transferred: number
  /** In bytes; undefined while nobody knows. */
  readonly total: number | undefined
  /** Bytes a second; undefined while it cannot be told. */
  readonly rate: number | undefined
}

const mostBarCells = 40
const leastBarCells = 8

/** At most `width` characters; the bar gets the room that figures leave, and is left out where that is little. */
export function progressLine(state: TransferState, width: number, paint: Paint): string {
  const { direction, transferred, total, rate } = state
  const known = total !== undefined && total > 0
  const figures = [
    known ? `${byteCount(transferred)} of ${byteCount(total)}` : byteCount(transferred),
    ...(rate === undefined ? [] : [`${byteCount(rate)}/s`]),
    ...(known && rate !== undefined && rate > 0 ? [`${timeLeft((total - transferred) / rate)} left`] : []),
  ]
  const arrow = direction === 'upload' ? '↑' : '↓'
  if (!known) return fitting([arrow, ...figures].join('  '), width)
  const share = Math.min(1, transferred / total)
  const percent = `${Math.floor(share * 100)}%`.padStart(4)
  const text = figures.join('  ')
  const cells = Math.min(mostBarCells, width - arrow.length - percent.length - text.length - 4)
  if (cells < leastBarCells) return fitting(`${arrow}${percent}  ${text}`, width)
  return `${arrow}${percent} ${paint('cyan', bar(share, cells))}  ${text}`
}

/** Eighths of a cell are seen; what is to come is a thin line, so that the bar has an end without colours too. */
function bar(share: number, cells: number): string {
  const eighths = Math.floor(share * cells * 8)
  const full = Math.floor(eighths / 8)
  const part = eighths % 8 === 0 ? '' : (partial[(eighths % 8) - 1] as string)
  return `${'█'.repeat(full)}${part}`.padEnd(cells, '·')
}

const partial = [...'▏▎▍▌▋▊▉']

/** Of a guess, more than a few digits would be a lie. */
function timeLeft(seconds: number): string {
  return durationText(Math.max(1, seconds) * 1000)
}

function fitting(text: string, width: number): string {
  return text.length <= width ? text : text.slice(0, Math.max(0, width))
}
