// The options of a message (RFC 7252 5.4). Received ones stay in the packet until somebody asks; set ones are kept as values and
// written straight into the packet that leaves.

import { copyBytes } from '../bytes/copy.ts'
import { UsageError } from '../errors.ts'
import { isCritical, type Option, readOption } from './option.ts'
import { beginWalk, isMisused, walked, walkOn } from './option-scan.ts'

interface Entry {
  readonly number: number
  /** What the value was given for; undefined: it is the bytes that came, carried as they are, malformed or not. */
  readonly option: Option<unknown> | undefined
  readonly value: unknown
}

/** An option as it stands in a message: its number and its bytes. */
export interface RawOption {
  readonly number: number
  readonly value: Uint8Array
}

export class Options implements Iterable<RawOption> {
  /** Received and unchanged: the packet, and where the options are in it. */
  #packet: Uint8Array | undefined = undefined
  #start = 0
  #end = 0
  /** Bit n is set: option n is there (n < 32). Spares the walk for what is not. */
  #seen = 0
  #unusual = true
  #misused = 0
  /** Otherwise: by number, in the order they were added. */
  #entries: Entry[] = none

  /** The options in `packet[start..end)`, which must have been scanned just now (see option-scan.ts). */
  static received(
    packet: Uint8Array,
    start: number,
    end: number,
    seen: number,
    unusual: boolean,
    misused: number,
  ): Options {
    const options = new Options()
    options.#packet = packet
    options.#start = start
    options.#end = end
    options.#seen = seen
    options.#unusual = unusual
    options.#misused = misused
    return options
  }

  /**
   * The first value; undefined if the option is not there, or if what is there is malformed (RFC 7252 5.4.3). Of an option that is not
   * repeatable only the first occurrence counts (5.4.5).
   */
  get<T>(option: Option<T>): T | undefined {
    const { number, repeatable } = option
    if (!this.#mayHave(number)) return undefined
    const packet = this.#packet
    if (packet === undefined) {
      for (const entry of this.#entries) {
        if (entry.number !== number) continue
        const value = readEntry(entry, option)
        if (value !== undefined || !repeatable) return value
      }
      return undefined
    }
    beginWalk(this.#start)
    while (walkOn(packet, this.#end) && walked.number <= number) {
      if (walked.number < number) continue
      const value = readOption(option, packet, walked.start, walked.end)
      if (value !== undefined || !repeatable) return value
    }
    return undefined
  }

  /** All values that are well-formed, in order; one at most if the option is not repeatable. */
  getAll<T>(option: Option<T>): T[] {
    const { number, repeatable } = option
    if (!this.#mayHave(number)) return []
    if (!repeatable) {
      const value = this.get(option)
      return value === undefined ? [] : [value]
    }
    const values: T[] = []
    const packet = this.#packet
    if (packet === undefined) {
      for (const entry of this.#entries) {
        const value = entry.number === number ? readEntry(entry, option) : undefined
        if (value !== undefined) values.push(value)
      }
      return values
    }
    beginWalk(this.#start)
    while (walkOn(packet, this.#end) && walked.number <= number) {
      const value = walked.number === number ? readOption(option, packet, walked.start, walked.end) : undefined
      if (value !== undefined) values.push(value)
    }
    return values
  }

  has({ number }: Option<unknown>): boolean {
    if (number < 32) return this.#mayHave(number)
    if (this.#packet === undefined) return this.#entries.some((entry) => entry.number === number)
    beginWalk(this.#start)
    while (walkOn(this.#packet, this.#end)) if (walked.number >= number) return walked.number === number
    return false
  }

  /** Adds one more value. Throws a `UsageError` if the value is out of bounds, or a second one of what is not repeatable. */
  add<T>(option: Option<T>, value: T): this {
    if (!option.repeatable && this.has(option)) throw new UsageError(`${option.name} stands at most once in a message`)
    check(option, value)
    this.#insert(option, value)
    return this
  }

  /** Replaces what there is by one value, or by a list of them if the option is repeatable. Throws as `add`; then nothing has changed. */
  set<T>(option: Option<T>, value: T | readonly T[]): this {
    const values = Array.isArray(value) && option.repeatable ? (value as readonly T[]) : [value as T]
    for (const each of values) check(option, each)
    this.delete(option)
    for (const each of values) this.#insert(option, each)
    return this
  }

  delete(option: Option<unknown>): this {
    const { number } = option
    if (!this.has(option)) return this
    this.#own()
    this.#entries = this.#entries.filter((entry) => entry.number !== number)
    if (number < 32) this.#seen &= ~(1 << number)
    if (number === this.#misused) this.#misused = firstMisused(this.#entries)
    return this
  }

  /** A copy that changes by itself. */
  clone(): Options {
    const copy = new Options()
    // Bytes of its own: the packet may have been lent for one call.
    if (this.#packet !== undefined) copy.#packet = copyBytes(this.#packet.subarray(this.#start, this.#end))
    copy.#end = this.#end - this.#start
    copy.#seen = this.#seen
    copy.#unusual = this.#unusual
    copy.#misused = this.#misused
    copy.#entries = this.#entries.length > 0 ? [...this.#entries] : none
    return copy
  }

  /** Numbers and bytes in the order of the message; the bytes are copies. */
  *[Symbol.iterator](): Iterator<RawOption> {
    if (this.#packet === undefined) {
      for (const entry of this.#entries) yield { number: entry.number, value: bytesOf(entry) }
      return
    }
    const found: RawOption[] = []
    const packet = this.#packet
    beginWalk(this.#start)
    while (walkOn(packet, this.#end))
      found.push({ number: walked.number, value: copyBytes(packet.subarray(walked.start, walked.end)) })
    yield* found
  }

  get isEmpty(): boolean {
    return this.#packet === undefined ? this.#entries.length === 0 : this.#start === this.#end
  }

  /**
   * The number of the first critical option that is not understood, or whose value or repetition is at fault (RFC 7252 5.4.1, 5.4.3,
   * 5.4.5); 0 if there is none. `mask` has a bit for each understood number below 32; `understood` has all of them.
   */
  firstUnrecognized(mask: number, understood: ReadonlyMap<number, Option<unknown>>): number {
    const strange = this.#seen & criticalMask & ~mask
    if (strange !== 0) return 31 - Math.clz32(strange & -strange)
    if (this.#misused !== 0) return this.#misused
    if (!this.#unusual) return 0
    let last = 0
    for (const { number, value } of this) {
      if (isCritical(number)) {
        const option = understood.get(number)
        if (option === undefined ? number >= 32 : readOption(option, value, 0, value.length) === undefined)
          return number
        if (number === last && option?.repeatable === false) return number
      }
      last = number
    }
    return 0
  }

  /** The packet was lent for one call: moves the options over to a copy of it. */
  moveTo(packet: Uint8Array): void {
    if (this.#packet !== undefined) this.#packet = packet
  }

  /** Writes the options into `into` at `at`, and says where they end (RFC 7252 3.1). A `RangeError` says that there is no room. */
  encode(into: Uint8Array, at: number): number {
    if (this.#packet !== undefined) {
      into.set(this.#packet.subarray(this.#start, this.#end), at)
      return at + this.#end - this.#start
    }
    let last = 0
    let next = at
    for (const { number, option, value } of this.#entries) {
      const size = option === undefined ? (value as Uint8Array).length : option.format.size(value)
      next = writeHeader(number - last, size, into, next)
      if (next + size > into.length) throw new RangeError(`the options do not fit into ${into.length} bytes`)
      if (option === undefined) into.set(value as Uint8Array, next)
      else option.format.write(value, into, next)
      next += size
      last = number
    }
    return next
  }

  /** False: it is not there. Spares looking for most of what is not. */
  #mayHave(number: number): boolean {
    return number >= 32 || (this.#seen & (1 << number)) !== 0
  }

  #insert(option: Option<unknown>, given: unknown): void {
    this.#own()
    const { number } = option
    const value = given instanceof Uint8Array ? copyBytes(given) : given
    const entry: Entry = { number, option, value }
    const entries = this.#entries
    let at = entries.length
    while (at > 0 && (entries[at - 1] as Entry).number > number) at--
    if (entries.length === 0)
      this.#entries = [entry] // as long as it need be: most messages set one
    else entries.splice(at, 0, entry)
    if (number < 32) this.#seen |= 1 << number
  }

  /** Before a change: takes the options out of the packet. */
  #own(): void {
    this.#unusual = true
    if (this.#packet !== undefined) {
      this.#entries = [...this].map(({ number, value }) => ({ number, option: undefined, value }))
      this.#packet = undefined
    }
  }
}

/** Odd numbers. */
const criticalMask = 0xaaaaaaaa | 0
const none: Entry[] = []

function bytesOf({ option, value }: Entry): Uint8Array {
  if (option === undefined) return (value as Uint8Array).slice()
  const bytes = new Uint8Array(option.format.size(value))
  option.format.write(value, bytes, 0)
  return bytes
}

function readEntry<T>(entry: Entry, option: Option<T>): T | undefined {
  if (entry.option === option) return entry.value as T
  const bytes = bytesOf(entry)
  return readOption(option, bytes, 0, bytes.length)
}

function firstMisused(entries: readonly Entry[]): number {
  for (const [index, entry] of entries.entries()) {
    if (!isCritical(entry.number)) continue
    const bytes = bytesOf(entry)
    if (isMisused(entry.number, entries[index - 1]?.number === entry.number, bytes, 0, bytes.length))
      return entry.number
  }
  return 0
}

function check<T>(option: Option<T>, value: T): void {
  const { format, name, length } = option
  const fits =
    format.name === 'uint'
      ? Number.isInteger(value) && (value as number) >= 0 && (value as number) <= Number.MAX_SAFE_INTEGER
      : format.name === 'string'
        ? typeof value === 'string' && (value as string).isWellFormed()
        : format.name === 'empty'
          ? value === true
          : value instanceof Uint8Array
  if (!fits) throw new UsageError(`${name} takes ${kinds[format.name]}, not ${describe(value)}`)
  const size = format.size(value)
  if (size < length[0] || size > length[1]) {
    const bounds = length[0] === length[1] ? `exactly ${length[0]}` : `${length[0]} to ${length[1]}`
    throw new UsageError(`a value of ${name} has ${bounds} bytes, not ${size}`)
  }
}

const kinds = {
  empty: 'no value (true)',
  uint: 'a non-negative integer',
  string: 'well-formed text',
  opaque: 'a Uint8Array',
}

function describe(value: unknown): string {
  if (typeof value === 'number' || value === null || value === undefined) return String(value)
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function writeHeader(delta: number, size: number, into: Uint8Array, at: number): number {
  let next = at + 1
  if (delta >= 269) {
    into[next++] = (delta - 269) >>> 8
    into[next++] = (delta - 269) & 0xff
  } else if (delta >= 13) into[next++] = delta - 13
  if (size >= 269) {
    into[next++] = (size - 269) >>> 8
    into[next++] = (size - 269) & 0xff
  } else if (size >= 13) into[next++] = size - 13
  into[at] = (nibble(delta) << 4) | nibble(size)
  return next
}

function nibble(value: number): number {
  return value < 13 ? value : value < 269 ? 13 : 14
}
