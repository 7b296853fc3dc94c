// Firmware to replace: an upload that is read as it comes and kept nowhere, since only its hash is, and who observes sees how far it is.

import { createHash } from 'node:crypto'
import { Code, type Request, Response, type Router, represent, Subject } from 'coapstone'

interface Firmware {
  readonly state: 'never replaced' | 'receiving' | 'installed' | 'broken off'
  /** Bytes. */
  readonly received: number
  /** Bytes of all of it, if the sender has said. */
  readonly size?: number
  /** Of what is installed, in hex. */
  readonly sha256?: string
}

/** Bytes between two reports. */
const reportEvery = 16_384

export function firmwareResources(router: Router): void {
  const changed = new Subject()
  let firmware: Firmware = { state: 'never replaced', received: 0 }
  const become = (next: Firmware) => {
    firmware = next
    changed.changed()
  }

  router
    .get('/firmware', (request) => represent(request, firmware).observing(changed), {
      rt: 'greenhouse.firmware',
      ct: [50, 60],
      obs: true,
      title: 'What is installed, and how far an upload is; put a new one',
    })
    .put(
      '/firmware',
      async (request) => {
        if (firmware.state === 'receiving') return Response.diagnostic(Code.Conflict, 'another upload is under way')
        try {
          become(await receive(request, become))
        } catch (error) {
          become({ ...firmware, state: 'broken off' })
          throw error
        }
        return Response.of(Code.Changed)
      },
      { body: 'stream' },
    )
}

async function receive({ body }: Request, report: (firmware: Firmware) => void): Promise<Firmware> {
  const hash = createHash('sha256')
  const size = body.size === undefined ? {} : { size: body.size }
  let received = 0
  let reported = 0
  report({ state: 'receiving', received, ...size })
  for await (const chunk of body) {
    hash.update(chunk)
    received += chunk.length
    if (received - reported < reportEvery) continue
    reported = received
    report({ state: 'receiving', received, ...size })
  }
  return { state: 'installed', received, size: received, sha256: hash.digest('hex') }
}
