// What a parser of text does about a fault. A parser is written once and told which of two ways to go: text from a user throws
// an error that shows the place, text from the network gives undefined.

import { FormatError } from '../errors.ts'

/** Takes where the fault is and what was expected; what it returns, the parser returns. */
export type Fail<F extends undefined> = (offset: number, message: string) => F

/** For what a user wrote. */
export function throwFault(offset: number, message: string): never {
  throw new FormatError(`${message} at position ${offset}`, { offset })
}

/** For what came from the network. */
export function ignoreFault(): undefined {
  return undefined
}

/** What stands at `offset`, as the end of the sentence `expected …, not …`. */
export function foundAt(text: string, offset: number): string {
  const codePoint = text.codePointAt(offset)
  if (codePoint === undefined) return 'the end'
  const printable = codePoint > 0x20 && codePoint !== 0x7f && String.fromCodePoint(codePoint).isWellFormed()
  if (printable) return `'${String.fromCodePoint(codePoint)}'`
  return codePoint === 0x20 ? 'a space' : `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`
}
