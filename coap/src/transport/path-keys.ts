// The key of a path: the same whenever the same two places talk, also after the path was forgotten and came back, so that a duplicate
// is told as one. Seeded, so that nobody outside can find two paths with one key.

import { type Context, randomUint32 } from '../context/context.ts'
import type { NetworkAddress, Path } from '../network/network.ts'

export class PathKeys {
  readonly #low: number
  readonly #high: number

  constructor(context: Context) {
    this.#low = randomUint32(context)
    this.#high = randomUint32(context)
  }

  /** An integer below 2^53. */
  keyOf(path: Path): number {
    let low = this.#low
    let high = this.#high
    const mix = (unit: number): void => {
      low = Math.imul(low ^ unit, 2654435761)
      high = Math.imul(high ^ unit, 1597334677)
    }
    for (const address of [path.local, path.remote]) eachUnit(address, mix)
    low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
    high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
    return (high & 0x1fffff) * 0x1_0000_0000 + (low >>> 0)
  }
}

function eachUnit({ host, port, zone = '' }: NetworkAddress, mix: (unit: number) => void): void {
  for (let at = 0; at < host.length; at++) mix(host.charCodeAt(at))
  mix(port + 0x10000)
  for (let at = 0; at < zone.length; at++) mix(zone.charCodeAt(at))
}
