// Where output goes: straight to the file descriptors, since to make a stream of one takes a fifth of the time in which Node starts.

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

  constructor(environment: NodeJS.ProcessEnv = process.env) {
    const colours = !environment['NO_COLOR'] && environment['TERM'] !== 'dumb'
    this.interactive = isTerminal(1)
    this.attended = isTerminal(2)
    this.paint = colours && this.interactive ? coloured : plainly
    this.paintNote = colours && this.attended ? coloured : plainly
  }

  /** Results, to standard output. Text without its line end gets one. */
  print(content: string | Uint8Array): void {
    if (typeof content === 'string') write(1, encoder.encode(content.endsWith('\n') ? content : `${content}\n`))
    else write(1, content)
  }

  /** What is about the result, to standard error. */
  note(text: string): void {
    write(2, encoder.encode(`${text}\n`))
  }
}

const encoder = new TextEncoder()

function coloured(style: keyof typeof styles, text: string): string {
  return `\x1b[${styles[style]}m${text}\x1b[0m`
}

function plainly(_style: keyof typeof styles, text: string): string {
  return text
}

/** Only who may be one is asked for certain: that loads node:tty, and with it node:net. */
function isTerminal(descriptor: 1 | 2): boolean {
  try {
    const status = fstatSync(descriptor)
    if (!status.isCharacterDevice() || status.rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev)
      return false
    return process.getBuiltinModule('node:tty').isatty(descriptor)
  } catch {
    return false // closed
  }
}

function write(descriptor: 1 | 2, bytes: Uint8Array): void {
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
