// The version of this package.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))
  return `coapstone ${(manifest as { version: string }).version}, Node ${process.versions.node}`
}
