// What changes by itself every five seconds: TD_COAP_OBS_01 to 14 watch it.

import { Code, ContentFormat, Options, options, Response, type Router, Subject } from 'coapstone'
import type { Clock } from '../clock/clock.ts'
import { type Stored, show, storedFrom, text } from './stored.ts'

/** Milliseconds between two states. */
export const period = 5000
/** Seconds: who has heard nothing for two periods is not told any more. */
const maxAge = (2 * period) / 1000
/** Milliseconds after which observers that were forgotten, and did not come back, are told that it is over. */
const forgottenFor = 300_000

export function observeResources(router: Router, clock: Clock): void {
  const all = [
    changing(router, clock, '/obs', true),
    changing(router, clock, '/obs-non', false),
    showing(router, clock, '/obs-large', true, () => framed(clock, 1280)),
    showing(router, clock, '/obs-pumping', true, pump(clock)),
    showing(router, clock, '/obs-pumping-non', false, pump(clock)),
  ]
  router.post(
    '/obs-reset',
    async (request) => {
      if ((await request.body.text()) !== 'sesame') return Response.of(Code.Forbidden)
      for (const observed of all) observed.end(request.queryParam('notfound') !== undefined)
      return Response.of(Code.Changed)
    },
    { title: 'Forgets who observes the other ones (POST sesame)' },
  )
}

/** A subject that can forget its observers. */
class Observed {
  readonly #clock: Clock
  subject = new Subject()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Ends all observations: by a last 4.04, or, as a server would that has lost its memory, without a word. */
  end(told: boolean): void {
    const { subject } = this
    if (told) {
      subject.gone()
      return
    }
    this.subject = new Subject()
    if (subject.watched) void this.#clock.wait(forgottenFor).then(() => subject.gone())
  }
}

/** The time of day, until something else is put there: then that, until the next tick. */
function changing<Path extends string>(router: Router, clock: Clock, path: Path, confirmable: boolean): Observed {
  const observed = new Observed(clock)
  let state = text(timeOfDay(clock))
  const become = (next: Stored) => {
    // All notifications of an observation have one Content-Format (RFC 7641 4.2): with another one it ends, also if it comes back at once.
    const isSame = next.format === state.format
    state = next
    if (isSame) observed.subject.changed()
    else observed.subject.gone(Response.of(Code.NotAcceptable))
  }
  clock.every(period, () => become(text(timeOfDay(clock))))
  router
    .get(path, () => show(Code.Content, state, aged()).observing(observed.subject, { confirmable }), {
      rt: 'observe',
      obs: true,
      title: `The time, every ${period / 1000} seconds, ${confirmable ? 'confirmable' : 'non-confirmable'}; or what is put there`,
    })
    .put(path, (request) => {
      become(storedFrom(request, ContentFormat.text))
      return Response.of(Code.Changed)
    })
    .delete(path, () => {
      observed.end(true)
      return Response.of(Code.Deleted)
    })
  return observed
}

/** A text that changes at each tick. */
function showing<Path extends string>(
  router: Router,
  clock: Clock,
  path: Path,
  confirmable: boolean,
  next: () => string,
): Observed {
  const observed = new Observed(clock)
  let state = text(next())
  clock.every(period, () => {
    state = text(next())
    observed.subject.changed()
  })
  router.get(path, () => show(Code.Content, state, aged()).observing(observed.subject, { confirmable }), {
    ct: ContentFormat.text,
    rt: 'observe',
    obs: true,
    title: `Text that changes every ${period / 1000} seconds, ${confirmable ? 'confirmable' : 'non-confirmable'}`,
  })
  return observed
}

function aged(): Options {
  return new Options().set(options.MaxAge, maxAge)
}

/** Grows and shrinks: a message, a longer one, several blocks, and back. */
function pump(clock: Clock): () => string {
  const lengths = [8, 200, 1500, 200]
  let turn = 0
  return () => framed(clock, lengths[turn++ % lengths.length] as number)
}

/** The time of day, filled up to a length. */
function framed(clock: Clock, length: number): string {
  return timeOfDay(clock).padEnd(length, '\n---------------------------------------------------------------')
}

/** `17:04:07`, of UTC. */
function timeOfDay(clock: Clock): string {
  return new Date(clock.now()).toISOString().slice(11, 19)
}
