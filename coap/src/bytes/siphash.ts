// SipHash-2-4 (Aumasson and Bernstein, 2012): 8 bytes that nobody can foretell without the key. For what we alone write and check, such
// as the values of the Echo option; it is no hash to publish.

/** The tag of `message[0..length)` under a key of 16 bytes. */
export function sipHash(key: Uint8Array, message: Uint8Array, length: number = message.length): Uint8Array {
  const [k0, k1] = [word(key, 0), word(key, 8)]
  const v0: Word = { high: k0.high ^ 0x736f6d65, low: k0.low ^ 0x70736575 }
  const v1: Word = { high: k1.high ^ 0x646f7261, low: k1.low ^ 0x6e646f6d }
  const v2: Word = { high: k0.high ^ 0x6c796765, low: k0.low ^ 0x6e657261 }
  const v3: Word = { high: k1.high ^ 0x74656462, low: k1.low ^ 0x79746573 }
  const absorb = (block: Word): void => {
    xor(v3, block)
    for (let round = 0; round < 2; round++) mix(v0, v1, v2, v3)
    xor(v0, block)
  }
  const whole = length - (length % 8)
  for (let at = 0; at < whole; at += 8) absorb(word(message, at))
  const last = new Uint8Array(8)
  last.set(message.subarray(whole, length))
  last[7] = length
  absorb(word(last, 0))
  v2.low ^= 0xff
  for (let round = 0; round < 4; round++) mix(v0, v1, v2, v3)
  for (const other of [v1, v2, v3]) xor(v0, other)
  const tag = new Uint8Array(8)
  for (let at = 0; at < 4; at++) {
    tag[at] = v0.low >>> (8 * at)
    tag[4 + at] = v0.high >>> (8 * at)
  }
  return tag
}

/** 64 bits. */
interface Word {
  high: number
  low: number
}

function mix(v0: Word, v1: Word, v2: Word, v3: Word): void {
  add(v0, v1)
  rotate(v1, 13)
  xor(v1, v0)
  swap(v0)
  add(v2, v3)
  rotate(v3, 16)
  xor(v3, v2)
  add(v0, v3)
  rotate(v3, 21)
  xor(v3, v0)
  add(v2, v1)
  rotate(v1, 17)
  xor(v1, v2)
  swap(v2)
}

function add(to: Word, { high, low }: Word): void {
  const sum = (to.low >>> 0) + (low >>> 0)
  to.low = sum | 0
  to.high = (to.high + high + (sum > 0xffffffff ? 1 : 0)) | 0
}

function xor(to: Word, { high, low }: Word): void {
  to.high ^= high
  to.low ^= low
}

/** To the left, by less than 32 bits. */
function rotate(word: Word, bits: number): void {
  const { high, low } = word
  word.high = (high << bits) | (low >>> (32 - bits))
  word.low = (low << bits) | (high >>> (32 - bits))
}

/** A rotation by 32 bits. */
function swap(word: Word): void {
  const { high } = word
  word.high = word.low
  word.low = high
}

/** Eight bytes from `at`, the least significant first. */
function word(bytes: Uint8Array, at: number): Word {
  const half = (from: number): number => {
    let value = 0
    for (let index = 3; index >= 0; index--) value = (value << 8) | (bytes[from + index] as number)
    return value
  }
  return { low: half(at), high: half(at + 4) }
}
