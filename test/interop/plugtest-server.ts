// examples/plugtest as the interop tests ask it: a server of its own for each case, whose resources change thirty times as fast, up to ten times a second.

import { serve } from 'coapstone'
import { SystemClock } from '../../examples/clock/clock.ts'
import { plugtest } from '../../examples/plugtest/plugtest.ts'

export interface PlugtestServer {
  readonly port: number
  /** It has been told to end, by /shutdown. */
  readonly shutDown: boolean
  stop(): Promise<void>
}

class FastClock extends SystemClock {
  override every(milliseconds: number, deed: () => void): void {
    super.every(Math.max(100, milliseconds / 30), deed)
  }
}

export async function startPlugtest(): Promise<PlugtestServer> {
  const clock = new FastClock()
  const state = { shutDown: false }
  const shutdown = () => {
    state.shutDown = true
  }
  const server = await serve(plugtest(clock, { shutdown }), { listen: ['coap://127.0.0.1:0'] })
  return {
    port: server.uris[0]?.port ?? 0,
    get shutDown() {
      return state.shutDown
    },
    async stop() {
      clock.stop()
      await server.close()
    },
  }
}
