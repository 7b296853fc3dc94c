// Bugs of transfers that the simulation must find.

import type { PlantedBug } from '../planted-bugs.ts'

export const plantedTransferBugs: readonly PlantedBug[] = [
  {
    name: 'mixed-versions',
    what: 'a client does not compare ETags',
    file: 'layers/blockwise/download.ts',
    text: 'if (!equalBytes(options.get(ETag), this.#etag)) throw new ChangedError()',
    instead: '',
  },
  {
    name: 'damaged-byte',
    what: 'a bit of what is far behind is flipped',
    file: 'layers/blockwise/version.ts',
    text: 'return this.#response.with({ options, payload: bytes })',
    instead: 'return this.#response.with({ options, payload: bytes.map((byte) => byte ^ (offset > 40_000 ? 1 : 0)) })',
  },
  {
    name: 'no-tags',
    what: 'a client does not tell its own transfers apart',
    file: 'layers/blockwise/client.ts',
    text: 'tag === undefined ? request',
    instead: 'true ? request',
  },
]
