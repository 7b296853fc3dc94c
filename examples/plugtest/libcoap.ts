// What libcoap's example server has: a clock that can be set, an answer that takes its time, data that can be put.

import { Code, ContentFormat, Response, type Router, Subject } from 'coapstone'
import type { Clock } from '../clock/clock.ts'
import { show, storedFrom, text } from './stored.ts'

/** Seconds of /async without a number, and the most that it takes. */
const usual = 5
const most = 60

export function libcoapResources(router: Router, clock: Clock): void {
  settableClock(router, clock)
  router.get(
    '/async',
    async ({ query: [seconds = String(usual)] }) => {
      if (!/^\d{1,3}$/.test(seconds) || Number(seconds) > most)
        return Response.diagnostic(Code.BadRequest, `expected seconds, 0 to ${most}, as in /async?3`)
      await clock.wait(Number(seconds) * 1000)
      return Response.text('done')
    },
    { ct: ContentFormat.text, title: 'Answers after 5 seconds, or those of its query: /async?1' },
  )

  const changed = new Subject()
  let data = text('Put something else here.')
  router
    .get('/example_data', () => show(Code.Content, data).observing(changed), {
      obs: true,
      title: 'Can be put, and watched',
    })
    .put('/example_data', (request) => {
      data = storedFrom(request)
      changed.changed()
      return Response.of(Code.Changed)
    })
}

/** The time, which may be set, and taken away. */
function settableClock(router: Router, clock: Clock): void {
  const ticks = new Subject()
  /** Milliseconds that it is ahead; undefined when there is none. */
  let ahead: number | undefined = 0
  clock.every(1000, () => ticks.changed())
  router
    .get(
      '/time',
      ({ query }) => {
        if (ahead === undefined) return Response.of(Code.NotFound)
        const now = clock.now() + ahead
        const shown = query.includes('ticks') ? String(Math.floor(now / 1000)) : new Date(now).toISOString()
        return Response.text(shown).observing(ticks)
      },
      { ct: ContentFormat.text, rt: 'ticks', if: 'clock', obs: true, title: 'The time, each second to who observes' },
    )
    .put('/time', async (request) => {
      const seconds = await request.body.text()
      if (!/^\d{0,11}$/.test(seconds))
        return Response.diagnostic(Code.BadRequest, 'expected seconds since 1970, or nothing: the time as it is')
      const code = ahead === undefined ? Code.Created : Code.Changed
      ahead = seconds === '' ? 0 : Number(seconds) * 1000 - clock.now()
      ticks.changed()
      return Response.of(code)
    })
    .delete('/time', () => {
      ahead = undefined
      ticks.gone()
      return Response.of(Code.Deleted)
    })
}
