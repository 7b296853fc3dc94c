// Methods, types, paths, queries, locations, formats: what the tests TD_COAP_CORE_01 to 20 ask for.

import {
  Code,
  ContentFormat,
  describeCode,
  Options,
  options,
  type Representation,
  type Request,
  Response,
  type Router,
  represent,
  representations,
} from 'coapstone'
import type { Clock } from '../clock/clock.ts'
import { describeRequest } from './describe.ts'
import { type Stored, show, storedFrom } from './stored.ts'

const separateAfter = 1000 // ms
const location = ['location1', 'location2', 'location3']

export function basicResources(router: Router, clock: Clock): void {
  methods(router)
  router
    .get('/hello', () => Response.text('Hello from Coapstone!'), { ct: ContentFormat.text, title: 'Says hello' })
    .post(
      '/location-query',
      () =>
        new Response({
          code: Code.Created,
          options: new Options().set(options.LocationQuery, ['first=1', 'second=2']),
        }),
      { title: 'Creates what lies at a query' },
    )
    .get('/query', (request) => Response.text([describeRequest(request), ...request.query].join('\n')), {
      ct: ContentFormat.text,
      title: 'Shows the arguments of its query',
    })
    .get(
      '/separate',
      async (request) => {
        await clock.wait(separateAfter)
        return Response.text(describeRequest(request))
      },
      { ct: ContentFormat.text, title: 'Answers a second later: acknowledged first' },
    )
    .get('/multi-format', (request) => represent(request, seen(request), formats), {
      ct: formats.map(({ format }) => format),
      title: 'The same as text, XML, JSON and CBOR',
    })

  for (let depth = 1; depth <= 3; depth++) {
    const path = ['seg1', 'seg2', 'seg3'].slice(0, depth).join('/')
    router.get(`/${path}`, () => Response.text(`This is /${path}`), { ct: ContentFormat.text, title: 'A long path' })
  }
}

/** Each method at /test; what is posted there is to be found at a location of its own. */
function methods(router: Router): void {
  let created: Stored | undefined
  const attributes = {
    title: 'What was posted to /test',
    get hidden() {
      return created === undefined
    },
  }
  router
    .get('/test', (request) => Response.text(describeRequest(request)), {
      ct: ContentFormat.text,
      title: 'For each method, confirmable or not',
    })
    .post('/test', (request) => {
      created = storedFrom(request)
      return new Response({ code: Code.Created, options: new Options().set(options.LocationPath, location) })
    })
    .put('/test', () => Response.of(Code.Changed))
    .delete('/test', () => Response.of(Code.Deleted))
    .get(
      `/${location.join('/')}`,
      () => (created === undefined ? Response.of(Code.NotFound) : show(Code.Content, created)),
      attributes,
    )
    .delete(
      `/${location.join('/')}`,
      () => {
        created = undefined
        return Response.of(Code.Deleted)
      },
      attributes,
    )
}

interface Seen {
  readonly type: 'CON' | 'NON'
  readonly code: string
  /** Undefined: any. */
  readonly accept: number | undefined
}

function seen({ confirmable, code, accept }: Request): Seen {
  return { type: confirmable ? 'CON' : 'NON', code: describeCode(code), accept }
}

const formats: readonly Pick<Representation<Seen>, 'format' | 'write'>[] = [
  {
    format: ContentFormat.text,
    write: ({ type, code, accept = 'any' }) => `type: ${type}\ncode: ${code}\naccept: ${accept}`,
  },
  {
    format: ContentFormat.xml,
    write: ({ type, code, accept = 'any' }) => `<request type="${type}" code="${code}" accept="${accept}"/>`,
  },
  representations.json,
  representations.cbor,
]
