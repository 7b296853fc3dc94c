// A long body between a server and a client, each on a core of its own.

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../test/interop/free-port.ts'
import { run, stop } from '../test/interop/program.ts'
import type { Contestant } from './contestants.ts'
import { answering, fault, measured, measuring, on, start } from './measure.ts'

/** kB/s at which a body goes to the server, or comes back from it. */
export async function measureTransfer(
  method: 'get' | 'put',
  server: Contestant,
  client: Contestant,
  bytes: number,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'coapstone-bench-'))
  const port = await freePort()
  const serving = start(measured, server.bodies?.(port) ?? fault(server))
  try {
    await answering(serving, port)
    const file = join(folder, 'body')
    writeFileSync(file, new Uint8Array(bytes).fill(0x78))
    const back = join(folder, 'back')
    // Once before it counts, since compilers need it.
    await timed(client, 'put', port, file)
    await timed(client, 'get', port, back)
    const put = await timed(client, 'put', port, file)
    if (method === 'put') return bytes / 1000 / put
    const get = await timed(client, 'get', port, back)
    if (statSync(back).size !== bytes) throw new Error(`${client.name} got ${statSync(back).size} bytes`)
    return bytes / 1000 / get
  } finally {
    await stop(serving)
    rmSync(folder, { recursive: true })
  }
}

/** Seconds. */
async function timed(client: Contestant, method: 'get' | 'put', port: number, file: string): Promise<number> {
  const command = client.transfers?.(method, `coap://127.0.0.1:${port}/body`, file) ?? fault(client)
  const [program, ...args] = on(measuring, command)
  const begun = performance.now()
  const { status, output } = await run(program, args, 120)
  const elapsed = (performance.now() - begun) / 1000
  if (status !== 0) throw new Error(`${client.name}: ${output}`)
  // Who says how long it took has a start that is not what is measured: a runtime's.
  const said = /^\{"seconds":([\d.]+)\}$/m.exec(output)
  return said?.[1] === undefined ? elapsed : Number(said[1])
}
