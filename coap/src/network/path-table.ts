// The paths of a network by a key of its own, so that packets between two places carry the same object. Bounded: anyone can send
// from any number of addresses, so a path without an owner may be dropped, and one more is refused when all are owned.

import type { Path } from './network.ts'

export class PathTable<P extends Path> {
  readonly #limit: number
  readonly #owned = new Map<string, P>()
  /** Paths that nobody owned when they were last looked at. */
  readonly #strangers = new Map<string, P>()

  /** `limit` counts all paths, those without an owner included. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#owned.size + this.#strangers.size
  }

  get(key: string): P | undefined {
    return this.#owned.get(key) ?? this.#strangers.get(key)
  }

  /** Is there room for a path that somebody else wants? Paths without an owner make room. */
  get full(): boolean {
    if (this.size < this.#limit) return false
    this.#sweep()
    return this.#owned.size >= this.#limit
  }

  /** Takes the path also beyond the limit: ask `full` for those that come from outside. */
  add(key: string, path: P): void {
    if (this.#strangers.size >= mostStrangers) this.#sweep()
    this.#strangers.set(key, path)
  }

  /** Removes the path, if it is still the one under this key. */
  delete(key: string, path: P): void {
    if (this.#owned.get(key) === path) this.#owned.delete(key)
    if (this.#strangers.get(key) === path) this.#strangers.delete(key)
  }

  clear(): void {
    this.#owned.clear()
    this.#strangers.clear()
  }

  /** Keeps those that have an owner now, drops the rest. It looks at few, and only after as many were added. */
  #sweep(): void {
    for (const [key, path] of this.#strangers) {
      if (path.owner !== undefined) this.#owned.set(key, path)
    }
    this.#strangers.clear()
  }
}

const mostStrangers = 1024
