// Where output goes: straight to the file descriptors, since to make a stream of one takes a fifth of the time in which Node starts. On a
// terminal there may be a line that is drawn again and again, below all else.

import { fstatSync, statSync, writeSync } from 'node:fs'
import { CommandError } from './command-error.ts'
import { ExitCode } from './exit-code.ts'

const styles = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

/** Applies a style where there are colours, else gives the text as it is. */
export type Paint = (style: keyof typeof styles, text: string) => string

export class Terminal {
  /** A person looks at what `print` prints. */
  readonly interactive: boolean
  /** A person looks at what `note` prints. */
  readonly attended: boolean
  readonly paint: Paint
  readonly paintNote: Paint
  /** A cursor can be moved there. */
  readonly #redraws: boolean
  /** Columns that are said to be there, whatever is. */
  readonly #columns: number | undefined
  #live: { readonly to: Descriptor; readonly text: string } | undefined = undefined

  constructor(environment: NodeJS.ProcessEnv = process.env) {
    const columns = Number(environment['COAPSTONE_COLUMNS'])
    this.#columns = columns > 0 ? columns : undefined
    this.#redraws = environment['TERM'] !== 'dumb'
    const colours = !environment['NO_COLOR'] && this.#redraws
    this.interactive = this.#columns !== undefined || isTerminal(1)
    this.attended = this.#columns !== undefined || isTerminal(2)
    this.paint = colours && this.interactive ? coloured : plainly
    this.paintNote = colours && this.attended ? coloured : plainly
  }

  /** Results, to standard output. Text without its line end gets one. */
  print(content: string | Uint8Array): void {
    const bytes =
      typeof content === 'string' ? encoder.encode(content.endsWith('\n') ? content : `${content}\n`) : content
    this.#aboveLive(this.interactive, () => write(1, bytes))
  }

  /** What is about the result, to standard error. */
  note(text: string): void {
    this.#aboveLive(this.attended, () => write(2, encoder.encode(`${text}\n`)))
  }

  /**
   * How long a line may be that is drawn again and again, in characters: as wide as the terminal is now. Undefined where none can be
   * drawn, which is where nobody looks, and on a terminal that is `dumb`.
   */
  liveWidth(to: Descriptor): number | undefined {
    if (!this.#redraws || !(to === 1 ? this.interactive : this.attended)) return undefined
    const columns = this.#columns ?? (to === 1 ? process.stdout : process.stderr).columns
    return Math.max(1, (columns || 80) - 1) // in the last column some terminals begin the next line
  }

  /** Draws the line, in place of what it was; undefined takes it away. What is printed appears above it. */
  drawLive(to: Descriptor, text: string | undefined): void {
    const before = this.#live
    this.#live = text === undefined ? undefined : { to, text }
    if (before !== undefined || text !== undefined) write(to, encoder.encode(`${erase}${text ?? ''}`))
  }

  /** Leaves the line as it is: what comes next is below it. */
  leaveLive(): void {
    if (this.#live !== undefined) write(this.#live.to, encoder.encode('\n'))
    this.#live = undefined
  }

  #aboveLive(sameScreen: boolean, print: () => void): void {
    const live = sameScreen ? this.#live : undefined
    if (live !== undefined) write(live.to, encoder.encode(erase))
    print()
    if (live !== undefined) write(live.to, encoder.encode(live.text))
  }
}

/** Standard output or standard error. */
type Descriptor = 1 | 2

/** To the beginning of the line, and what is in it away. */
const erase = '\r\x1b[K'

const encoder = new TextEncoder()

function coloured(style: keyof typeof styles, text: string): string {
  return `\x1b[${styles[style]}m${text}\x1b[0m`
}

function plainly(_style: keyof typeof styles, text: string): string {
  return text
}

/** Only who may be one is asked for certain: that loads node:tty, and with it node:net. */
function isTerminal(descriptor: Descriptor): boolean {
  try {
    const status = fstatSync(descriptor)
    if (!status.isCharacterDevice() || status.rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev)
      return false
    return process.getBuiltinModule('node:tty').isatty(descriptor)
  } catch {
    return false // closed
  }
}

function write(descriptor: Descriptor, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EAGAIN')
        Atomics.wait(pause, 0, 0, 5) // a pipe that is full, and that somebody made non-blocking
      else if (descriptor === 2) return
      else if (code === 'EPIPE') throw new CommandError(ExitCode.closedOutput, 'nobody reads the output any more')
      else throw new CommandError(ExitCode.cannotWrite, `the output cannot be written: ${code}`)
    }
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4))
