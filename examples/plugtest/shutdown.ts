// Ends the server: off unless it is asked for.

import { Code, Response, type Router } from 'coapstone'
import type { Clock } from '../clock/clock.ts'

/** Milliseconds for the answer to leave. */
const grace = 500

export function shutdownResource(router: Router, clock: Clock, end: () => void): void {
  router.post(
    '/shutdown',
    async (request) => {
      if ((await request.body.text()) !== 'sesame') return Response.of(Code.Forbidden)
      void clock.wait(grace).then(end)
      return Response.of(Code.Changed)
    },
    { title: 'Ends the server (POST sesame)' },
  )
}
