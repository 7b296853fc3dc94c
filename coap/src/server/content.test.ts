import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeCbor, encodeCbor } from '../cbor/cbor.ts'
import { Request } from '../handler/request.ts'
import { type Response, ResponseError } from '../handler/response.ts'
import { Link } from '../links/link.ts'
import { Code } from '../message/code.ts'
import { ContentFormat } from '../message/content-format.ts'
import { Accept, ContentFormatOption } from '../message/option.ts'
import { Options } from '../message/options.ts'
import { contentOf, type Representation, represent, representations } from './content.ts'

const light = { on: true, name: 'Küche' }

test('a value goes out in the format that the client accepts', () => {
  const json = represent(accepting(ContentFormat.json), light)
  assert.equal(json.contentFormat, ContentFormat.json)
  assert.deepEqual(JSON.parse(textOf(json)), light)
  const cbor = represent(accepting(ContentFormat.cbor), light)
  assert.equal(cbor.contentFormat, ContentFormat.cbor)
  assert.deepEqual(decodeCbor(cbor.payload), light)
  const text = represent(accepting(ContentFormat.text), 21.5)
  assert.deepEqual([text.contentFormat, textOf(text)], [ContentFormat.text, '21.5'])
  const octets = represent(accepting(ContentFormat.octets), Uint8Array.of(1))
  assert.deepEqual([octets.contentFormat, [...octets.payload]], [ContentFormat.octets, [1]])
})

test('who does not say gets the first format that fits the value', () => {
  assert.equal(represent(accepting(undefined), light).contentFormat, ContentFormat.json)
  assert.equal(represent(accepting(undefined), Uint8Array.of(1)).contentFormat, ContentFormat.octets)
  const links = represent(accepting(undefined), [new Link('/a')], [representations.linkFormat])
  assert.deepEqual([links.contentFormat, textOf(links)], [ContentFormat.linkFormat, '</a>'])
})

test('who accepts none of the formats gets 4.06, with those that it could have', () => {
  const response = represent(accepting(ContentFormat.text), light)
  assert.equal(response.code, Code.NotAcceptable)
  assert.equal(textOf(response), 'offered: application/json, application/cbor')
  assert.equal(represent(accepting(ContentFormat.xml), light).code, Code.NotAcceptable)
})

test('a format of your own is offered like the others', () => {
  const senml: Representation<number> = {
    format: 110,
    write: (value) => JSON.stringify([{ n: 'temperature', u: 'Cel', v: value }]),
    read: (bytes) => JSON.parse(new TextDecoder().decode(bytes))[0].v,
  }
  const response = represent(accepting(110), 21.5, [representations.text, senml])
  assert.deepEqual([response.contentFormat, textOf(response)], [110, '[{"n":"temperature","u":"Cel","v":21.5}]'])
  assert.equal(represent(accepting(undefined), 21.5, [representations.text, senml]).contentFormat, ContentFormat.text)
  const value: number = contentOf(carrying(110, response.payload), [senml])
  assert.equal(value, 21.5)
})

test('a body is read as its Content-Format says', () => {
  assert.deepEqual(contentOf(carrying(ContentFormat.json, '{"on":true}')), { on: true })
  assert.deepEqual(contentOf(carrying(ContentFormat.cbor, encodeCbor(light))), light)
  assert.equal(contentOf(carrying(ContentFormat.text, '"on"')), '"on"')
  assert.deepEqual(contentOf(carrying(ContentFormat.octets, Uint8Array.of(1, 2))), Uint8Array.of(1, 2))
  const links = contentOf(carrying(ContentFormat.linkFormat, '</a>;rt=x'), [representations.linkFormat])
  assert.deepEqual(links, [new Link('/a', { rt: 'x' })])
})

test('CBOR of indefinite length, as small devices stream it, is read', () => {
  assert.deepEqual(contentOf(carrying(ContentFormat.cbor, Uint8Array.of(0x9f, 1, 2, 0xff))), [1, 2])
})

test('a body without a Content-Format is read as the first one that could be', () => {
  assert.deepEqual(contentOf(carrying(undefined, '{"on":true}')), { on: true })
  assert.equal(contentOf(carrying(undefined, '{"on":true}'), [representations.text]), '{"on":true}')
})

test('a body of another format is refused with 4.15, a malformed one with 4.00', () => {
  const refused = [
    [ContentFormat.xml, '<a/>', Code.UnsupportedContentFormat, /^accepted: application\/json, .*text\/plain/],
    [ContentFormat.json, '{"on":', Code.BadRequest, /^no application\/json: /],
    [ContentFormat.json, Uint8Array.of(0xff), Code.BadRequest, /^no application\/json: not UTF-8/],
    [ContentFormat.cbor, Uint8Array.of(0x81), Code.BadRequest, /^no application\/cbor: /],
    [ContentFormat.cbor, '', Code.BadRequest, /^no application\/cbor: /],
  ] as const
  for (const [format, payload, code, message] of refused) {
    const error = thrownBy(() => contentOf(carrying(format, payload)))
    assert.ok(error instanceof ResponseError)
    assert.equal(error.response.code, code)
    assert.match(textOf(error.response), message)
  }
})

function accepting(format: number | undefined): Request {
  const options = new Options()
  if (format !== undefined) options.add(Accept, format)
  return new Request({ code: Code.GET, options })
}

function carrying(format: number | undefined, content: string | Uint8Array): Request {
  const options = new Options()
  if (format !== undefined) options.add(ContentFormatOption, format)
  const payload = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return new Request({ code: Code.PUT, options, payload })
}

function textOf(response: Response): string {
  return new TextDecoder().decode(response.payload)
}

function thrownBy(deed: () => unknown): unknown {
  try {
    deed()
  } catch (error) {
    return error
  }
  return undefined
}
