// Bugs that the simulation must find. They are planted into the library's source text while it is loaded, in this process only: the code
// under test is the real one, but for one expression.

import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface PlantedBug {
  readonly name: string
  readonly what: string
  /** Below coap/src. */
  readonly file: string
  /** Occurs once in the file. */
  readonly text: string
  readonly instead: string
}

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'message-id-reuse',
    what: 'Message IDs go round after 8',
    file: 'endpoint/message-layer/message-ids.ts',
    text: 'this.#next = (id + 1) & 0xffff',
    instead: 'this.#next = (id + 1) & 0x0007',
  },
  {
    name: 'lost-ack',
    what: 'a response that comes as a message of its own is not acknowledged',
    file: 'endpoint/message-layer/message-layer.ts',
    text: 'if (message.type === Type.Confirmable) this.acknowledge(message, from, entry)',
    instead: '',
  },
  {
    name: 'mixed-tokens',
    what: 'a response that comes late takes the token of another request that waits',
    file: 'endpoint/responder/responder.ts',
    text: 'const { peer, token } = incoming',
    instead: 'const { peer } = incoming, { token } = [...this.#waiting].at(-1) ?? incoming',
  },
  {
    name: 'double-delivery',
    what: 'duplicates are not recognized',
    file: 'endpoint/message-layer/message-layer.ts',
    text: 'const earlier = this.#duplicates.find(message, from, now)',
    instead: 'const earlier = -1',
  },
]

/** Plants the bug into what is imported from now on. Throws if it no longer can be. */
export function plant(bug: PlantedBug): void {
  planted(bug, readFileSync(pathOf(bug), 'utf8'))
  const url = pathToFileURL(pathOf(bug)).href
  registerHooks({
    load(loaded, context, nextLoad) {
      const module = nextLoad(loaded, context)
      if (loaded !== url) return module
      return { ...module, source: planted(bug, String(Buffer.from(module.source as Uint8Array))) }
    },
  })
}

export function pathOf({ file }: PlantedBug): string {
  return join(import.meta.dirname, '../../coap/src', file)
}

/** The source with the bug. Throws if the text that it replaces is not there exactly once. */
export function planted({ name, file, text, instead }: PlantedBug, source: string): string {
  const parts = source.split(text)
  if (parts.length !== 2) {
    throw new Error(
      `the bug ${name} can no longer be planted: ${file} has '${text}' ${parts.length - 1} times, not once`,
    )
  }
  return parts.join(instead)
}
