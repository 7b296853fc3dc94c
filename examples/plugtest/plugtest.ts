// The resources that the interoperability tests of this field look for: README.md says which, where they come from and what they do.

import { Router } from 'coapstone'
import type { Clock } from '../clock/clock.ts'
import { basicResources } from './basic.ts'
import { benchmarkResources } from './benchmark.ts'
import { blockResources } from './block.ts'
import { conditionalResources } from './conditional.ts'
import { libcoapResources } from './libcoap.ts'
import { linkResources } from './link.ts'
import { observeResources } from './observe.ts'
import { shutdownResource } from './shutdown.ts'

export interface PlugtestOptions {
  /** Ends the server when it is asked to, at /shutdown. Default: there is no such resource. */
  readonly shutdown?: () => void
}

/** Each one is a server's own: what was put into one is not in another. */
export function plugtest(clock: Clock, { shutdown }: PlugtestOptions = {}): Router {
  const router = new Router()
  basicResources(router, clock)
  conditionalResources(router, clock)
  blockResources(router)
  observeResources(router, clock)
  linkResources(router)
  libcoapResources(router, clock)
  benchmarkResources(router)
  if (shutdown !== undefined) shutdownResource(router, clock, shutdown)
  return router
}
