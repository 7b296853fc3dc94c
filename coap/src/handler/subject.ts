// A subject (RFC 7641 1.2): something that changes, and that resources show. Handlers say `response.observing(subject)`, whoever
// changes it says `subject.changed()`.

import type { Response, Watchable, Watcher } from './response.ts'

export class Subject implements Watchable {
  readonly #watchers = new Set<Watcher>()
  #lastChange = 0

  /** Tells all observers. With a response that one goes out; without, the handler is asked, once for all who would get the same. */
  changed(response?: Response): void {
    this.#lastChange = ++changes
    for (const watcher of this.#watchers) watcher.changed(response)
  }

  /** Ends all observations with a last notification: the response, or 4.04 (RFC 7641 4.2). */
  gone(response?: Response): void {
    this.#lastChange = ++changes
    for (const watcher of [...this.#watchers]) watcher.gone(response)
  }

  /** For endpoints. */
  watch(watcher: Watcher): void {
    this.#watchers.add(watcher)
  }

  unwatch(watcher: Watcher): void {
    this.#watchers.delete(watcher)
  }

  changedSince(before: number): boolean {
    return this.#lastChange > before
  }

  get watched(): boolean {
    return this.#watchers.size > 0
  }
}

/** Of all subjects. */
let changes = 0

/** For endpoints: whoever notes it before a state is read can tell afterwards whether the state may be old. */
export function changesSoFar(): number {
  return changes
}
