// A small greenhouse: three sensors, a valve for mist, a camera, and firmware that can be replaced. Its day takes two minutes.

import {
  Code,
  ContentFormat,
  contentOf,
  Options,
  options,
  problem,
  type Representation,
  type Request,
  Response,
  Router,
  represent,
  representations,
  Subject,
} from 'coapstone'
import type { Clock } from '../clock/clock.ts'
import { takePicture } from './camera.ts'
import { firmwareResources } from './firmware.ts'
import { Simulation } from './simulation.ts'

/** Milliseconds between two readings, and the hours that pass in the greenhouse meanwhile. */
export const readingEvery = 1000
const hoursPassing = 0.2
/** Milliseconds that a picture is kept. */
const pictureFor = 5000
const png = 23

export interface GreenhouseOptions {
  /** Repeats the weather. Default 7. */
  readonly seed?: number
}

/** To be mounted: `router.mount('/greenhouse', greenhouse(clock))`. */
export function greenhouse(clock: Clock, { seed = 7 }: GreenhouseOptions = {}): Router {
  const simulation = new Simulation(seed)
  const router = new Router()
  clock.every(readingEvery, () => simulation.pass(hoursPassing))
  sensor(router, clock, '/temperature', () => simulation.temperature, 'The air inside, in °C')
  sensor(router, clock, '/humidity', () => simulation.humidity, 'The air inside, in percent')
  sensor(router, clock, '/light', () => simulation.light, 'What the sun and the clouds let through, in lux')
  valve(router, simulation)
  camera(router, clock, simulation)
  firmwareResources(router)
  return router
}

const formats: readonly Pick<Representation<number>, 'format' | 'write' | 'read'>[] = [
  { format: ContentFormat.text, write: String, read: (bytes) => Number(new TextDecoder().decode(bytes)) },
  { ...representations.json, read: (bytes) => Number(representations.json.read(bytes)) },
  { ...representations.cbor, read: (bytes) => Number(representations.cbor.read(bytes)) },
]
const ct = formats.map(({ format }) => format)

/** A number that changes: who observes gets a reading each second. */
function sensor<Path extends string>(
  router: Router,
  clock: Clock,
  path: Path,
  read: () => number,
  title: string,
): void {
  const readings = new Subject()
  clock.every(readingEvery, () => readings.changed())
  router.get(path, (request) => represent(request, read(), formats).observing(readings), {
    rt: `greenhouse${path.replace('/', '.')}`,
    ct,
    obs: true,
    title,
  })
}

function valve(router: Router, simulation: Simulation): void {
  const changed = new Subject()
  router
    .get('/valve', (request) => represent(request, simulation.valve, formats).observing(changed), {
      rt: 'greenhouse.valve',
      ct,
      obs: true,
      title: 'How far it is open, in percent: put 0 to 100',
    })
    .put('/valve', (request) => {
      simulation.valve = percentOf(request)
      changed.changed()
      return Response.of(Code.Changed)
    })
}

function percentOf(request: Request): number {
  const percent = contentOf<number>(request, formats)
  if (!(percent >= 0 && percent <= 100))
    throw problem(Code.UnprocessableEntity, { title: 'No such opening', detail: 'Expected a number from 0 to 100.' })
  return percent
}

function camera(router: Router, clock: Clock, simulation: Simulation): void {
  let picture: { readonly bytes: Uint8Array; readonly taken: number; readonly number: number } | undefined
  router.get(
    '/camera',
    () => {
      const now = clock.now()
      if (picture === undefined || now - picture.taken >= pictureFor)
        picture = { bytes: takePicture(simulation), taken: now, number: ((picture?.number ?? 0) + 1) & 0xffffff }
      const { bytes, number } = picture
      const tag = Uint8Array.of(number >> 16, number >> 8, number)
      const about = new Options()
        .set(options.ContentFormatOption, png)
        .set(options.ETag, [tag])
        .set(options.MaxAge, pictureFor / 1000)
      return new Response({ code: Code.Content, payload: bytes, options: about })
    },
    { rt: 'greenhouse.camera', ct: png, sz: 200_000, title: 'What it looks like now: a picture of 200 kB' },
  )
}
