// A world of transfers, drawn from a seed: how bad the network is, who asks for what, and what happens meanwhile.

import { Dice } from '../dice.ts'

export interface TransferWorld {
  readonly seed: number
  /** Of packets each way. */
  readonly loss: number
  readonly duplicate: number
  readonly reorder: number
  /** Milliseconds that a packet takes. */
  readonly latency: number
  readonly nat: boolean
  readonly serverBlockSize: number
  readonly operations: readonly Operation[]
  readonly events: readonly WorldEvent[]
}

export interface Operation {
  readonly kind: 'get' | 'get-stream' | 'put' | 'put-stream' | 'echo'
  /** Milliseconds after the beginning. */
  readonly at: number
  /** Of the body that is sent. */
  readonly size: number
  readonly blockSize: number | undefined
  /** Milliseconds after which its caller gives it up; undefined: never. */
  readonly abort: number | undefined
}

export interface WorldEvent {
  readonly kind: 'change' | 'restart-server' | 'restart-client' | 'rebind'
  readonly at: number
  /** Of the resource after a change. */
  readonly size: number
}

const blockSizes = [16, 32, 64, 128, 256, 512, 1024]

export function drawTransferWorld(seed: number): TransferWorld {
  const dice = new Dice(seed, 4711)
  const calm = dice.chance(0.2)
  const loss = calm ? 0 : dice.fraction() * 0.3
  const latency = dice.pick([1, 10, 50, 500])
  const operations = Array.from({ length: dice.integer(1, 4) }, (): Operation => {
    const blockSize = dice.chance(0.5) ? dice.pick(blockSizes) : undefined
    return {
      kind: dice.pick(['get', 'get-stream', 'put', 'put-stream', 'echo']),
      at: dice.integer(0, 20_000),
      size: drawSize(dice, blockSize ?? 1024),
      blockSize,
      abort: dice.chance(0.1) ? dice.integer(1, 60_000) : undefined,
    }
  })
  const restless = dice.chance(0.5)
  const events = Array.from(
    { length: restless ? dice.integer(1, 4) : 1 },
    (): WorldEvent => ({
      kind: restless ? dice.pick(['change', 'change', 'restart-server', 'restart-client', 'rebind']) : 'change',
      at: dice.integer(0, 60_000),
      size: drawSize(dice, 1024),
    }),
  )
  return {
    seed,
    loss,
    duplicate: calm ? 0 : dice.fraction() * 0.1,
    reorder: calm ? 0 : dice.fraction() * 0.1,
    latency,
    nat: dice.chance(0.3),
    serverBlockSize: dice.chance(0.7) ? 1024 : dice.pick(blockSizes),
    operations,
    events: [...events].sort((one, other) => one.at - other.at),
  }
}

/** From nothing to 1 MB, each order of magnitude alike; small blocks have small bodies, edges are frequent. */
function drawSize(dice: Dice, blockSize: number): number {
  if (dice.chance(0.2)) return dice.pick([0, 1, 15, 16, 17, 1023, 1024, 1025])
  const most = Math.min(1_000_000, blockSize * 1000)
  return Math.floor(most ** dice.fraction())
}
