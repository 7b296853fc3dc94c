// All that is fuzzed.

import type { Target } from './target.ts'
import { cbor } from './targets/cbor.ts'
import { datagrams } from './targets/datagrams.ts'
import { endpoint } from './targets/endpoint.ts'
import { links } from './targets/links.ts'
import { problems } from './targets/problems.ts'
import { uris } from './targets/uris.ts'

export const targets: readonly Target[] = [datagrams, uris, links, cbor, problems, endpoint]
