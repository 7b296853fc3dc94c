// What can be fuzzed: something that takes any input, and checks by itself whether all is well.

/** Bytes, or a text as its UTF-16 code units: what a mutation changes is a list of numbers either way. */
export type Units = readonly number[]

export interface Target {
  /** Also of its file in vectors/fuzz/. */
  readonly name: string
  readonly units: 'bytes' | 'text'
  /** Inputs to begin with. */
  readonly seeds: () => readonly Units[]
  /** Words that mutations put in. */
  readonly words: readonly Units[]
  /**
   * Throws, or rejects, if something is wrong. Otherwise it says which way the input went, in a few words: an input that goes a new way
   * is worth changing further.
   */
  readonly run: (input: Units) => string | Promise<string>
}

export function unitsOfText(text: string): Units {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
}

export function textOfUnits(units: Units): string {
  let text = ''
  for (const unit of units) text += String.fromCharCode(unit)
  return text
}

export function bytesOfUnits(units: Units): Uint8Array {
  return Uint8Array.from(units)
}

export function unitsOfHex(hex: string): Units {
  return [...Buffer.from(hex, 'hex')]
}
