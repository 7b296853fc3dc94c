// --output: the content's bytes in a file.

import { writeFileSync } from 'node:fs'
import { cannotWrite } from './taps.ts'

/** Throws a `CommandError` if it cannot be written. */
export function writeOutput(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes)
  } catch (error) {
    throw cannotWrite(path, error)
  }
}
