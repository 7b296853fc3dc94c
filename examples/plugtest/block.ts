// Bodies of several blocks, down, up, and both in one exchange: what TD_COAP_BLOCK_01 to 06 ask for. Handlers see whole bodies.

import { Code, ContentFormat, Options, options, Response, type Router } from 'coapstone'
import { formatLinks, Link } from 'coapstone/links'
import { type Stored, show, storedFrom, text } from './stored.ts'

/** What was created first goes when there are more. */
const mostCreated = 16

export function blockResources(router: Router): void {
  let updated = text(large)
  const created = new Map<number, Stored>()
  let count = 0

  router
    .get('/large', () => Response.text(large), {
      ct: ContentFormat.text,
      rt: 'block',
      sz: large.length,
      title: 'More than fits in a message',
    })
    .get('/large-update', () => show(Code.Content, updated), {
      rt: 'block',
      get sz() {
        return updated.bytes.length
      },
      title: 'More than fits in a message, and can be put',
    })
    .put('/large-update', (request) => {
      updated = storedFrom(request, ContentFormat.text)
      return Response.of(Code.Changed)
    })
    .get('/large-create', () => Response.of(Code.Content, formatLinks(links(created)), ContentFormat.linkFormat), {
      ct: ContentFormat.linkFormat,
      rt: 'block',
      title: 'Keeps what is posted; lists what it keeps',
    })
    .post('/large-create', (request) => {
      created.set(++count, storedFrom(request, ContentFormat.text))
      created.delete(count - mostCreated)
      const location = ['large-create', String(count)]
      return new Response({ code: Code.Created, options: new Options().set(options.LocationPath, location) })
    })
    .get('/large-create/:id', (_request, { id }) => {
      const content = created.get(Number(id))
      return content === undefined ? Response.of(Code.NotFound) : show(Code.Content, content)
    })
    .delete('/large-create/:id', (_request, { id }) =>
      created.delete(Number(id)) ? Response.of(Code.Deleted) : Response.of(Code.NotFound),
    )
    .post('/large-post', async (request) => Response.of(Code.Changed, (await request.body.text()).toUpperCase()), {
      accepts: [ContentFormat.text],
      rt: 'block',
      title: 'Gives back a text in capitals',
    })
}

function links(created: ReadonlyMap<number, Stored>): Link[] {
  return [...created].map(([id, { bytes, format }]) => {
    const attributes = [{ name: 'sz', value: String(bytes.length) }]
    if (format !== undefined) attributes.push({ name: 'ct', value: String(format) })
    return new Link(`/large-create/${id}`, attributes)
  })
}

/** 20 lines of 64 bytes. */
const large: string = Array.from({ length: 20 }, (_, index) => {
  const line = `line ${String(index + 1).padStart(2)} of 20, bytes ${index * 64} to ${index * 64 + 63} `
  return `${line.padEnd(63, '.')}\n`
}).join('')
