// FETCH, PATCH and iPATCH (RFC 8132), from a client to a resource that is a JSON document.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from '../coap/src/client/client.ts'
import type { ClientRequestInit } from '../coap/src/client/request-init.ts'
import { Endpoint } from '../coap/src/endpoint/endpoint.ts'
import { compose } from '../coap/src/handler/handler.ts'
import type { Request } from '../coap/src/handler/request.ts'
import { Response, ResponseError } from '../coap/src/handler/response.ts'
import { blockwiseServer } from '../coap/src/layers/blockwise/server.ts'
import { conditional } from '../coap/src/layers/conditional.ts'
import { contentTag } from '../coap/src/layers/content-tag.ts'
import { Code } from '../coap/src/message/code.ts'
import { ContentFormat, contentFormat } from '../coap/src/message/content-format.ts'
import { ETag, IfMatch, IfNoneMatch } from '../coap/src/message/option.ts'
import { Options } from '../coap/src/message/options.ts'
import { MemoryHub } from '../coap/src/network/memory.ts'
import { Router } from '../coap/src/server/router.ts'
import { createContext } from '../coap/src/testing/context.ts'
import { plain } from '../coap/src/transport/plain.ts'

const url = 'coap://192.0.2.1/object'
const mergePatch = 'application/merge-patch+json'
const jsonPatch = 'application/json-patch+json'

test('a FETCH is answered by what its body selects (RFC 8132 2.7)', async () => {
  const { client, settled } = await system()
  const selected = await settled(client.fetch(url, { json: ['name'], accept: ContentFormat.json }))
  assert.deepEqual([selected.code, selected.contentFormat], [Code.Content, ContentFormat.json])
  assert.deepEqual(await selected.body.json(), { name: 'hall' })
})

test('a FETCH says what its body is, also where that are bytes and where there is none (2.3.1)', async () => {
  const { client, settled, seen } = await system()
  for (const init of [{}, { body: Uint8Array.of(1) }, { body: 'x' }, { cbor: 1 }])
    await settled(client.fetch(url, init))
  await settled(client.fetch(url, { body: Uint8Array.of(1), contentFormat: 60 }))
  await settled(client.post(url, { body: Uint8Array.of(1) }))
  assert.deepEqual(
    seen.map((request) => request.contentFormat),
    [42, 42, 0, 60, 60, undefined],
  )
})

test('a FETCH that was selected before, and would be again, gets 2.03 (2.3.2)', async () => {
  const { client, settled } = await system()
  const options = new Options().set(ETag, [contentTag(new TextEncoder().encode('{"name":"hall"}'))])
  assert.equal((await settled(client.fetch(url, { json: ['name'], options }))).code, Code.Valid)
  assert.equal((await settled(client.fetch(url, { json: ['x'], options }))).code, Code.Content)
  await settled(client.ipatch(url, { json: { x: 7 }, contentFormat: mergePatch }))
  assert.equal((await settled(client.fetch(url, { json: ['name'], options }))).code, Code.Valid)
  await settled(client.ipatch(url, { json: { name: 'attic' }, contentFormat: mergePatch }))
  assert.equal((await settled(client.fetch(url, { json: ['name'], options }))).code, Code.Content)
})

test('a FETCH or PATCH that is malformed gets 4.00, of another format 4.15, that makes no sense 4.22, in conflict 4.09 (2.2, 3.4)', async () => {
  const { client, settled } = await system()
  const refused = async (method: 'FETCH' | 'PATCH' | 'iPATCH', init: ClientRequestInit) =>
    (await settled(client.request(url, { ...init, method }))).code
  assert.equal(await refused('FETCH', { body: '[', contentFormat: 'application/json' }), Code.BadRequest)
  assert.equal(await refused('FETCH', { body: 'name' }), Code.UnsupportedContentFormat)
  assert.equal(await refused('FETCH', { json: 5 }), Code.UnprocessableEntity)
  assert.equal(await refused('iPATCH', { body: '{', contentFormat: mergePatch }), Code.BadRequest)
  assert.equal(await refused('iPATCH', { body: 'x' }), Code.UnsupportedContentFormat)
  assert.equal(await refused('iPATCH', { json: 5, contentFormat: mergePatch }), Code.UnprocessableEntity)
  const missing = [{ op: 'replace', path: '/nothing', value: 1 }]
  assert.equal(await refused('PATCH', { json: missing, contentFormat: jsonPatch }), Code.Conflict)
})

test('a PATCH changes a part and leaves the rest, in either of its formats (3.1)', async () => {
  const { client, settled } = await system()
  const changes = [{ op: 'replace', path: '/x', value: 45 }]
  assert.equal((await settled(client.ipatch(url, { json: changes, contentFormat: jsonPatch }))).code, Code.Changed)
  assert.equal((await settled(client.patch(url, { json: { y: 46 }, contentFormat: mergePatch }))).code, Code.Changed)
  assert.deepEqual(await (await settled(client.get(url))).body.json(), { x: 45, y: 46, name: 'hall', tags: ['a'] })
})

test('what is not idempotent is refused as an iPATCH and done as a PATCH (3, 3.1)', async () => {
  const { client, settled } = await system()
  const init = { json: [{ op: 'add', path: '/tags/1', value: 'b' }], contentFormat: jsonPatch }
  assert.equal((await settled(client.ipatch(url, init))).code, Code.BadRequest)
  assert.equal((await settled(client.patch(url, init))).code, Code.Changed)
  assert.deepEqual(await (await settled(client.fetch(url, { json: ['tags'] }))).body.json(), { tags: ['a', 'b'] })
})

test('a PATCH that cannot be done whole changes nothing (3)', async () => {
  const { client, settled } = await system()
  const changes = [
    { op: 'replace', path: '/x', value: 1 },
    { op: 'replace', path: '/nothing', value: 1 },
  ]
  assert.equal((await settled(client.patch(url, { json: changes, contentFormat: jsonPatch }))).code, Code.Conflict)
  assert.deepEqual(await (await settled(client.fetch(url, { json: ['x'] }))).body.json(), { x: 256 })
})

test('a PATCH may make what is not there, and its conditions hold as those of a PUT (3)', async () => {
  const { client, settled } = await system()
  const fresh = 'coap://192.0.2.1/fresh'
  const create = { json: { x: 1 }, contentFormat: mergePatch, options: new Options().set(IfNoneMatch, true) }
  assert.equal((await settled(client.ipatch(fresh, create))).code, Code.Created)
  assert.equal((await settled(client.ipatch(fresh, create))).code, Code.PreconditionFailed)
  const other = { ...create, options: new Options().set(IfMatch, [Uint8Array.of(1)]) }
  assert.equal((await settled(client.patch(fresh, other))).code, Code.PreconditionFailed)
  const missing = { json: [{ op: 'replace', path: '/x', value: 1 }], contentFormat: jsonPatch }
  assert.equal((await settled(client.patch('coap://192.0.2.1/none', missing))).code, Code.NotFound)
})

type Document = Record<string, unknown>

/** A server of JSON documents. */
async function system() {
  const context = createContext(1)
  const hub = new MemoryHub(context, { latency: 10 })
  const resolver = { resolve: async () => ({ addresses: [], ttl: 60_000 }), forget() {} }
  const documents = new Map<string, Document>([['object', { x: 256, y: 45, name: 'hall', tags: ['a'] }]])
  const seen: Request[] = []
  const patch = (request: Request, { name }: { readonly name: string }): Response => {
    const document = documents.get(name)
    const changed =
      request.contentFormat === contentFormat(mergePatch)
        ? merged(document ?? {}, jsonOf(request))
        : edited(document, jsonOf(request), request.code === Code.iPATCH)
    documents.set(name, changed)
    return Response.of(document === undefined ? Code.Created : Code.Changed)
  }
  const accepts = [contentFormat(jsonPatch), contentFormat(mergePatch)]
  const router = new Router()
    .get('/:name', (_request, { name }) => {
      const document = documents.get(name)
      return document === undefined ? Response.of(Code.NotFound) : Response.json(document)
    })
    .fetch('/:name', (request, { name }) => {
      seen.push(request)
      if (request.contentFormat !== ContentFormat.json) return Response.of(Code.UnsupportedContentFormat)
      const keys = jsonOf(request)
      if (!Array.isArray(keys)) return Response.of(Code.UnprocessableEntity)
      return Response.json(Object.fromEntries(keys.map((key) => [key, documents.get(name)?.[key]])))
    })
    .post('/:name', (request) => {
      seen.push(request)
      return Response.of(Code.Changed)
    })
    .patch('/:name', patch, { accepts })
    .ipatch('/:name', patch, { accepts })
  const layers = compose(blockwiseServer(), conditional())
  const handler = layers(router.handlerOn(context, layers.understands), context)
  const open = (host: string) =>
    new Endpoint({ context, handler, transports: [plain(hub.network({ host, port: 5683 }), { resolver })] }).open()
  await open('192.0.2.1')
  const client = new Client({ endpoint: await open('192.0.2.9') })
  /** Lets pass what time it takes. */
  const settled = async (promise: Promise<Response>): Promise<Response> => {
    promise.catch(() => {}) // whoever awaits it looks
    await context.clock.advance(200)
    return promise
  }
  return { client, settled, seen }
}

function jsonOf({ payload }: Request): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload))
  } catch {
    throw refusal(Code.BadRequest)
  }
}

function merged(document: Document, patch: unknown): Document {
  if (typeof patch !== 'object' || patch === null) throw refusal(Code.UnprocessableEntity)
  return { ...document, ...patch }
}

/** As much of RFC 6902 as is needed here: members are replaced, and elements added. */
function edited(document: Document | undefined, patch: unknown, idempotent: boolean): Document {
  if (document === undefined) throw refusal(Code.NotFound)
  const copy = structuredClone(document)
  for (const { op, path, value } of patch as { op: string; path: string; value: unknown }[]) {
    const [, name = '', index] = path.split('/')
    if (!(name in copy)) throw refusal(Code.Conflict)
    if (op === 'replace') copy[name] = value
    else if (idempotent) throw refusal(Code.BadRequest)
    else (copy[name] as unknown[]).splice(Number(index), 0, value)
  }
  return copy
}

function refusal(code: Code): ResponseError {
  return new ResponseError(Response.of(code))
}
