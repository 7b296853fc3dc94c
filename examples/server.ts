// The example server (`npm start`): a few things to ask for, and a line for each request that arrives. Ctrl-C ends it.

import {
  type CoapError,
  Code,
  ContentFormat,
  contentOf,
  log,
  problem,
  type Request,
  Response,
  Router,
  represent,
  type Server,
  Subject,
  serve,
} from 'coapstone'

interface Light {
  readonly on: boolean
  readonly brightness: number
}

const lights = new Map<string, Light>([
  ['1', { on: true, brightness: 80 }],
  ['2', { on: false, brightness: 40 }],
  ['3', { on: false, brightness: 100 }],
])
const anyLight = new Subject()
const clock = new Subject()

const router = new Router()
  .get('/hello', () => Response.text('Hello from Coapstone!'), { rt: 'greeting', ct: 0, title: 'Says hello' })
  .get('/time', () => Response.text(new Date().toISOString()).observing(clock), {
    rt: 'time',
    ct: 0,
    obs: true,
    title: 'The time, each second to who observes',
  })
  .post(
    '/echo',
    ({ payload, contentFormat = ContentFormat.octets }) =>
      Response.bytes(payload, contentFormat).with({ code: Code.Changed }),
    { rt: 'echo', title: 'Sends back what it gets' },
  )
  .get('/lights/:id', (request, { id }) => represent(request, lightOf(id)).observing(anyLight), {
    rt: 'light',
    ct: [ContentFormat.json, ContentFormat.cbor],
    obs: true,
    title: 'A light, as JSON or CBOR',
    links: [...lights.keys()].map((id) => `/lights/${id}`),
  })
  .put('/lights/:id', (request, { id }) => {
    lights.set(id, { ...lightOf(id), ...changesIn(request) })
    anyLight.changed()
    return Response.of(Code.Changed)
  })
  .get('/slow', () => new Promise((resolve) => setTimeout(resolve, 2000, Response.text('It took two seconds.'))), {
    rt: 'slow',
    ct: 0,
    title: 'Answers late: acknowledged first, answered then',
  })

const server = await listen()
const ticking = setInterval(() => clock.changed(), 1000)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())
introduce(server)

/** At 5683 if it is free, else at any port. */
async function listen(): Promise<Server> {
  const layers = [log(console.log)]
  try {
    return await serve(router, { listen: ['coap://[::]'], layers })
  } catch (error) {
    if ((error as CoapError).code !== 'COAP_PORT_IN_USE') throw error
    console.log('Port 5683 is in use, so this server takes another one.')
    return serve(router, { listen: ['coap://[::]:0'], layers })
  }
}

function introduce({ uris }: Server): void {
  const origin = uris[0]?.origin ?? 'coap://localhost'
  console.log(`Coapstone's example server listens at

${uris.map((uri) => `  ${uri}`).join('\n')}

Try, in another terminal here:

  npx coapstone get ${origin}/hello
  npx coapstone get ${origin}/.well-known/core
  npx coapstone observe ${origin}/time

Another CoAP client will do, for instance libcoap's: coap-client-notls -s 10 ${origin}/time
Each request is a line below. Ctrl-C ends the server.
`)
}

async function stop(): Promise<void> {
  clearInterval(ticking)
  await server.close()
  console.log('The server has ended.')
}

function lightOf(id: string): Light {
  const light = lights.get(id)
  if (light === undefined) throw problem(Code.NotFound, { title: 'No such light', detail: 'There are 1, 2 and 3.' })
  return light
}

/** What a request wants of a light: `{ "on": true }`, `{ "brightness": 50 }`, or both. */
function changesIn(request: Request): Partial<Light> {
  const { on, brightness } = Object(contentOf(request)) as Record<string, unknown>
  const dimmed = typeof brightness === 'number' && brightness >= 0 && brightness <= 100
  if ((on !== undefined && typeof on !== 'boolean') || (brightness !== undefined && !dimmed)) {
    throw problem(Code.UnprocessableEntity, {
      title: 'No state of a light',
      detail: 'Expected { "on": true or false, "brightness": 0 to 100 }, of which either may be left out.',
    })
  }
  return { ...(on !== undefined && { on: on as boolean }), ...(dimmed && { brightness }) }
}
