// How fast a transfer is: over the last seconds, since links change, and a stall shows at once.

/** Milliseconds that are looked back. */
const window = 5000
/** Milliseconds between two samples that are kept: the window takes the same room however fast progress comes. */
const grain = 250

export class TransferRate {
  readonly #samples: { readonly at: number; readonly bytes: number }[] = []

  /** `at` in milliseconds, `bytes` since the beginning. */
  add(at: number, bytes: number): void {
    const beforeLast = this.#samples.at(-2)
    if (beforeLast !== undefined && at - beforeLast.at < grain) this.#samples.pop()
    this.#samples.push({ at, bytes })
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? 0) >= window) this.#samples.shift()
  }

  /** Bytes a second up to now; undefined before there is something to compare. */
  at(now: number): number | undefined {
    const [first] = this.#samples
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || now - first.at < grain) return undefined
    return ((last.bytes - first.bytes) * 1000) / (now - first.at)
  }
}
