// Tells observers of files and folders that something has changed. A folder is watched by the system only while somebody observes what
// is in it.

import { type FSWatcher, type Stats, statSync, watch } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Subject } from '../handler/subject.ts'

/** Milliseconds that changes are gathered: a program that writes a file touches it several times. */
const settling = 20
/** Milliseconds between looks for what nobody observes any more. */
const sweeping = 60_000

export class FolderWatch {
  readonly #folders = new Map<string, WatchedFolder>()
  #sweep: NodeJS.Timeout | undefined = undefined

  /** What changes when this file or folder does; undefined if the system cannot watch it. */
  subjectOf(path: string): Subject | undefined {
    const status = statSync(path, { throwIfNoEntry: false })
    const folder = status?.isDirectory() ? path : dirname(path)
    try {
      let watched = this.#folders.get(folder)
      if (watched === undefined) {
        watched = new WatchedFolder(folder, () => this.#forget(folder))
        this.#folders.set(folder, watched)
      }
      this.#sweep ??= setInterval(() => this.#forgetUnwatched(), sweeping).unref()
      return watched.subjectOf(status?.isDirectory() ? '' : basename(path), status)
    } catch {
      return undefined // too many watches, or a file system without
    }
  }

  close(): void {
    clearInterval(this.#sweep)
    for (const folder of this.#folders.values()) folder.close()
    this.#folders.clear()
  }

  #forget(folder: string): void {
    this.#folders.get(folder)?.close()
    this.#folders.delete(folder)
  }

  #forgetUnwatched(): void {
    for (const [folder, watched] of this.#folders) if (watched.idle) this.#forget(folder)
  }
}

interface Watched {
  readonly subject: Subject
  version: string
  /** Nobody observed it at the last look. */
  unwatched: boolean
}

class WatchedFolder {
  readonly #path: string
  readonly #watcher: FSWatcher
  /** By name; the folder itself by the empty one. */
  readonly #entries = new Map<string, Watched>()
  #changes: NodeJS.Timeout | undefined = undefined

  constructor(path: string, failed: () => void) {
    this.#path = path
    this.#watcher = watch(path, { persistent: false }, () => {
      this.#changes ??= setTimeout(() => this.#look(), settling)
    })
    this.#watcher.on('error', failed)
  }

  subjectOf(name: string, status: Stats | undefined): Subject {
    let entry = this.#entries.get(name)
    if (entry === undefined) {
      entry = { subject: new Subject(), version: versionOf(status), unwatched: false }
      this.#entries.set(name, entry)
    }
    entry.unwatched = false
    return entry.subject
  }

  /** Nobody has observed anything in it since before the last call. */
  get idle(): boolean {
    for (const [name, entry] of this.#entries) {
      if (entry.unwatched && !entry.subject.watched) this.#entries.delete(name)
      entry.unwatched = !entry.subject.watched
    }
    return this.#entries.size === 0
  }

  close(): void {
    clearTimeout(this.#changes)
    this.#watcher.close()
  }

  /** The system's events say that something has changed, not reliably what. */
  #look(): void {
    this.#changes = undefined
    for (const [name, entry] of this.#entries) {
      const version = versionOf(statSync(join(this.#path, name), { throwIfNoEntry: false }))
      if (name !== '' && version === entry.version) continue
      entry.version = version
      entry.subject.changed()
    }
  }
}

function versionOf(status: Stats | undefined): string {
  return status === undefined ? 'gone' : `${status.ino} ${status.size} ${status.mtimeMs}`
}
