// How much memory is in use, whatever the process was started with.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** Collects what is garbage: array buffers too, which are freed beside the program and take some turns. */
export async function collect(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    gc()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Bytes, after a collection. Node counts array buffers twice: in `external` too. */
export async function memoryUsed(): Promise<number> {
  await collect()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + external + arrayBuffers
}
