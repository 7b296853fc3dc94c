// The options of a message (RFC 7252 5.4). Received ones stay in the packet until somebody asks; set ones are kept as values and
// written straight into the packet that leaves.

import { UsageError } from '../errors.ts'
import { isCritical, type Option, optionOf } from './option.ts'
import { walkOptions } from './option-scan.ts'

interface Entry {
  readonly option: Option<unknown>
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
  #high = true
  #misused = 0
  /** Otherwise: by number, in the order they were added. */
  #entries: Entry[] = none

  /** The options in `packet[start..end)`, which must have been scanned just now (see option-scan.ts). */
  static received(
    packet: Uint8Array,
    start: number,
    end: number,
    seen: number,
    high: boolean,
    misused: number,
  ): Options {
    const options = new Options()
    options.#packet = packet
    options.#start = start
    options.#end = end
    options.#seen = seen
    options.#high = high
    options.#misused = misused
    return options
  }

  /** The first value; undefined if the option is not there, or if what is there is malformed (RFC 7252 5.4.3). */
  get<T>(option: Option<T>): T | undefined {
    const { number } = option
    if (number < 32 && (this.#seen & (1 << number)) === 0) return undefined
    if (this.#packet === undefined)
      return this.#entries.find((entry) => entry.option.number === number)?.value as T | undefined
    return this.#readAll(option, 1)[0]
  }

  /** All values that are well-formed, in order; one at most if the option is not repeatable (RFC 7252 5.4.5). */
  getAll<T>(option: Option<T>): T[] {
    const { number } = option
    if (number < 32 && (this.#seen & (1 << number)) === 0) return []
    if (this.#packet !== undefined) return this.#readAll(option, option.repeatable ? Number.POSITIVE_INFINITY : 1)
    return this.#entries.filter((entry) => entry.option.number === number).map((entry) => entry.value as T)
  }

  has(option: Option<unknown>): boolean {
    if (option.number < 32) return (this.#seen & (1 << option.number)) !== 0
    for (const { number } of this) if (number === option.number) return true
    return false
  }

  /** Adds one more value. Throws a `UsageError` if the value is out of bounds, or a second one of what is not repeatable. */
  add<T>(option: Option<T>, value: T): this {
    if (!option.repeatable && this.has(option)) throw new UsageError(`${option.name} stands at most once in a message`)
    check(option, value)
    this.#own()
    const entries = this.#entries
    let at = entries.length
    while (at > 0 && (entries[at - 1] as Entry).option.number > option.number) at--
    if (at === entries.length) entries.push({ option, value })
    else entries.splice(at, 0, { option, value })
    if (option.number < 32) this.#seen |= 1 << option.number
    return this
  }

  /** Replaces what there is by one value, or by a list of them if the option is repeatable. */
  set<T>(option: Option<T>, value: T | readonly T[]): this {
    this.delete(option)
    if (Array.isArray(value) && option.repeatable) for (const each of value as readonly T[]) this.add(option, each)
    else this.add(option, value as T)
    return this
  }

  delete(option: Option<unknown>): this {
    if (!this.has(option)) return this
    this.#own()
    this.#entries = this.#entries.filter((entry) => entry.option.number !== option.number)
    if (option.number < 32) this.#seen &= ~(1 << option.number)
    return this
  }

  /** A copy that changes by itself. */
  clone(): Options {
    const copy = new Options()
    copy.#packet = this.#packet
    copy.#start = this.#start
    copy.#end = this.#end
    copy.#seen = this.#seen
    copy.#high = this.#high
    copy.#misused = this.#misused
    copy.#entries = this.#packet === undefined && this.#entries.length > 0 ? [...this.#entries] : none
    return copy
  }

  /** Numbers and bytes in the order of the message; the bytes are copies. */
  *[Symbol.iterator](): Iterator<RawOption> {
    if (this.#packet === undefined) {
      for (const { option, value } of this.#entries) yield { number: option.number, value: encoded(option, value) }
      return
    }
    const found: RawOption[] = []
    const packet = this.#packet
    walkOptions(packet, this.#start, this.#end, (number, start, end) => {
      found.push({ number, value: packet.slice(start, end) })
      return true
    })
    yield* found
  }

  get isEmpty(): boolean {
    return this.#packet === undefined ? this.#entries.length === 0 : this.#start === this.#end
  }

  /**
   * The number of the first critical option that is not among `understood` (a mask of the numbers below 32, and the options from 32
   * on), or whose value or repetition is at fault (RFC 7252 5.4.1, 5.4.3, 5.4.5); 0 if there is none.
   */
  firstUnrecognized(understood: number, high: ReadonlyMap<number, Option<unknown>>): number {
    const strange = this.#seen & criticalMask & ~understood
    if (strange !== 0) return 31 - Math.clz32(strange & -strange)
    if (this.#misused !== 0) return this.#misused
    if (!this.#high) return 0
    let last = 0
    for (const { number, value } of this) {
      const known = high.get(number)
      if (number >= 32 && isCritical(number)) {
        if (known === undefined || value.length < known.length[0] || value.length > known.length[1]) return number
        if (number === last && !known.repeatable) return number
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
    for (const { option, value } of this.#entries) {
      const size = option.format.size(value)
      next = writeHeader(option.number - last, size, into, next)
      if (next + size > into.length) throw new RangeError(`${option.name} does not fit into ${into.length} bytes`)
      option.format.write(value, into, next)
      next += size
      last = option.number
    }
    return next
  }

  #readAll<T>(option: Option<T>, most: number): T[] {
    const packet = this.#packet as Uint8Array
    const [min, max] = option.length
    const values: T[] = []
    walkOptions(packet, this.#start, this.#end, (number, start, end) => {
      if (number > option.number) return false
      if (number < option.number || end - start < min || end - start > max) return true
      const value = option.format.read(packet, start, end)
      if (value !== undefined) values.push(value)
      return values.length < most
    })
    return values
  }

  /** Before a change: takes the values out of the packet. */
  #own(): void {
    if (this.#packet !== undefined) {
      const entries: Entry[] = []
      const packet = this.#packet
      walkOptions(packet, this.#start, this.#end, (number, start, end) => {
        const option = optionOf(number)
        const value =
          end - start < option.length[0] || end - start > option.length[1]
            ? undefined
            : option.format.read(packet, start, end)
        // What is malformed stays as it came: carried, never repaired.
        if (value === undefined) entries.push({ option: { ...unreadable, number }, value: packet.slice(start, end) })
        else entries.push({ option, value })
        return true
      })
      this.#packet = undefined
      this.#entries = entries
    } else if (this.#entries === none) this.#entries = []
    this.#high = true
  }
}

/** Odd numbers. */
const criticalMask = 0xaaaaaaaa | 0
const none: Entry[] = []
const unreadable: Option<Uint8Array> = optionOf(0) as Option<Uint8Array>

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
    const bounds = length[0] === length[1] ? `${length[0]}` : `${length[0]} to ${length[1]}`
    throw new UsageError(`${name} has ${bounds} bytes, not ${size}`)
  }
}

const kinds = {
  empty: 'no value (true)',
  uint: 'a non-negative integer',
  string: 'well-formed text',
  opaque: 'a Uint8Array',
}

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : value === null ? 'null' : `a ${typeof value}`
}

function encoded(option: Option<unknown>, value: unknown): Uint8Array {
  const bytes = new Uint8Array(option.format.size(value))
  option.format.write(value, bytes, 0)
  return bytes
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
