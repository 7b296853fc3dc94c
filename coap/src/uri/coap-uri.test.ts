import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { CoapUri, type UriComposition } from './coap-uri.ts'
import { type Scheme, schemes } from './scheme.ts'

interface UriVector {
  readonly section: string
  readonly uri: string
  readonly normal: string
  readonly host: string
  readonly zone?: string
  readonly port: number
  readonly path: readonly string[]
  readonly query: readonly string[]
}

interface OptionsVector extends Pick<UriComposition, 'scheme' | 'destination'> {
  readonly section: string
  readonly options: Omit<UriComposition, 'scheme' | 'destination'>
  readonly uri: string
}

const uris = vectors<UriVector>('uris')
const malformed = vectors<{ section: string; uri: string; offset: number; expected: string }>('malformed-uris')
const references = vectors<{ section: string; base: string; reference: string; uri: string }>('references')
const options = vectors<OptionsVector>('options')
const malformedOptions = vectors<OptionsVector>('malformed-options')
const server = { host: '2001:db8::1', port: 5683 }

test('each URI of the corpus has its host, port, path and query', () => {
  for (const { section, uri, normal: _, ...expected } of uris) {
    const { host, zone, port, path, query } = CoapUri.parse(uri)
    assert.deepEqual({ host, ...(zone && { zone }), port, path, query }, expected, `${section}: ${uri}`)
  }
})

test('each URI of the corpus is written in its normal form', () => {
  for (const { section, uri, normal } of uris) assert.equal(CoapUri.parse(uri).toString(), normal, `${section}: ${uri}`)
})

test('a normal form is read as what it was written from', () => {
  for (const { uri, normal } of uris) assert.deepEqual(CoapUri.parse(normal), CoapUri.parse(uri))
})

test('each malformed URI of the corpus is refused with the place and what was expected there', () => {
  for (const { section, uri, offset, expected } of malformed) {
    assert.throws(
      () => CoapUri.parse(uri),
      (error: Error & { offset?: number }) => {
        assert.equal(error.name, 'FormatError', `${section}: ${uri}`)
        assert.ok(error.message.includes(expected), `${uri}: ${error.message}`)
        assert.ok(error.message.endsWith(`at position ${offset}`), `${uri}: ${error.message}`)
        return error.offset === offset
      },
      `${section}: ${uri}`,
    )
  }
})

test('what is malformed is undefined where it came from the network', () => {
  for (const { uri } of malformed) assert.equal(CoapUri.tryParse(uri), undefined, uri)
  assert.equal(CoapUri.tryParse('coap://h/x')?.toString(), 'coap://h/x')
})

test('an error about user information does not repeat it', () => {
  assert.throws(
    () => CoapUri.parse('coap://user:secret@h/'),
    (error: Error) => !error.message.includes('secret'),
  )
})

test('a URI that is no text is the mistake of the caller', () => {
  assert.throws(() => CoapUri.parse(undefined as unknown as string), { name: 'UsageError', message: /not undefined/ })
})

test('the six schemes have their default ports, and the port is left out where it is the default', () => {
  const ports: Record<Scheme, number> = {
    coap: 5683,
    coaps: 5684,
    'coap+tcp': 5683,
    'coaps+tcp': 5684,
    'coap+ws': 80,
    'coaps+ws': 443,
  }
  assert.deepEqual(Object.keys(schemes), Object.keys(ports))
  for (const [scheme, port] of Object.entries(ports)) {
    const uri = CoapUri.parse(`${scheme}://h:${port}/x`)
    assert.equal(uri.toString(), `${scheme}://h/x`)
    assert.equal(CoapUri.parse(`${scheme}://h/x`).port, port)
    assert.equal(uri.secure, scheme.startsWith('coaps'))
  }
})

test('the same authority under two schemes is two servers', () => {
  assert.notEqual(CoapUri.parse('coap://h:5684/').origin, CoapUri.parse('coaps://h/').origin)
  assert.equal(CoapUri.parse('coaps://h:5684/x').origin, 'coaps://h')
})

test('a host is an address or a name', () => {
  for (const uri of ['coap://192.0.2.1', 'coap://[2001:db8::1]', 'coap://[fe80::1%eth0]']) {
    assert.ok(CoapUri.parse(uri).isIpLiteral, uri)
  }
  for (const uri of ['coap://h', 'coap://192.0.2', 'coap://4711']) assert.ok(!CoapUri.parse(uri).isIpLiteral, uri)
})

test('three ways to write a URI are one URI', () => {
  const uri = CoapUri.parse('coap://example.com:5683/~sensors/temp.xml')
  assert.ok(uri.equals(CoapUri.parse('coap://EXAMPLE.com/%7Esensors/temp.xml')))
  assert.ok(uri.equals(CoapUri.parse('coap://EXAMPLE.com:/%7esensors/temp.xml')))
  assert.ok(!uri.equals(CoapUri.parse('coap://example.com/~sensors/TEMP.xml')))
})

test('Uri-Host is left out where the host is the address that the request goes to', () => {
  assert.deepEqual(CoapUri.parse('coap://[2001:DB8:0::1]/a').options(server), { uriPath: ['a'], uriQuery: [] })
  assert.equal(CoapUri.parse('coap://192.0.2.1/').options({ ...server, host: '192.0.2.1' }).uriHost, undefined)
  assert.equal(CoapUri.parse('coap://[fe80::1%eth0]/').options({ ...server, host: 'fe80::1' }).uriHost, undefined)
})

test('Uri-Host is a name in lower case, or another address as a URI writes it', () => {
  assert.equal(CoapUri.parse('coap://Example.COM/').options(server).uriHost, 'example.com')
  assert.equal(CoapUri.parse('coap://192.0.2.1/').options(server).uriHost, '192.0.2.1')
  assert.equal(CoapUri.parse('coap://[2001:db8::2]/').options(server).uriHost, '[2001:db8::2]')
  assert.equal(CoapUri.parse('coap://b%C3%BCro.example/').options(server).uriHost, 'büro.example')
})

test('Uri-Host never carries a zone', () => {
  assert.equal(CoapUri.parse('coap://[fe80::1%eth0]/').options(server).uriHost, '[fe80::1]')
})

test('Uri-Host is left out where TLS or the WebSocket handshake has named the host', () => {
  const uri = CoapUri.parse('coaps+ws://example.org/')
  assert.equal(uri.options({ host: 'Example.org', port: 443 }).uriHost, undefined)
  assert.equal(uri.options({ host: 'other.example', port: 443 }).uriHost, 'example.org')
})

test('Uri-Port is there only where it is not the port that the request goes to', () => {
  assert.equal(CoapUri.parse('coap://h:61616/').options({ ...server, port: 61616 }).uriPort, undefined)
  assert.equal(CoapUri.parse('coap://h/').options({ ...server, port: 61616 }).uriPort, 5683)
})

test('a trailing slash is an empty Uri-Path, but not directly behind the authority', () => {
  assert.deepEqual(CoapUri.parse('coap://h/foo/').options(server).uriPath, ['foo', ''])
  assert.deepEqual(CoapUri.parse('coap://h/').options(server).uriPath, [])
  assert.deepEqual(CoapUri.parse('coap://h').options(server).uriPath, [])
  assert.deepEqual(CoapUri.parse('coap://h//').options(server).uriPath, ['', ''])
})

test('a question mark with nothing behind it is one empty Uri-Query', () => {
  assert.deepEqual(CoapUri.parse('coap://h?').options(server).uriQuery, [''])
  assert.deepEqual(CoapUri.parse('coap://h').options(server).uriQuery, [])
})

test('the URIs of RFC 7252 appendix B and of sections 6.5 and 8.7 are composed from their options', () => {
  for (const { section, scheme, destination, options: values, uri } of options) {
    assert.equal(CoapUri.compose({ scheme, destination, ...values })?.toString(), uri, section)
  }
})

test('options that make no URI give undefined', () => {
  for (const { section, scheme, destination, options: values } of malformedOptions) {
    const uri = CoapUri.compose({ scheme, destination, ...values })
    assert.equal(uri, undefined, `${section}: ${JSON.stringify(values)}`)
  }
  assert.equal(CoapUri.compose({ scheme: 'http', destination: server, uriPath: [], uriQuery: [] }), undefined)
})

test('a single empty Uri-Path composes to the root, which has none', () => {
  const uri = CoapUri.compose({ scheme: 'coap', destination: server, uriPath: [''], uriQuery: [] })
  assert.deepEqual(uri?.path, [])
  assert.equal(uri?.toString(), 'coap://[2001:db8::1]/')
})

test('each reference of the corpus resolves as RFC 3986 5.4 has it', () => {
  for (const { section, base, reference, uri } of references) {
    assert.equal(CoapUri.parse(base).resolve(reference).toString(), uri, `${section}: ${reference}`)
    assert.equal(CoapUri.parse(base).tryResolve(reference)?.toString(), uri)
  }
})

test('a reference that leads to no CoAP URI is refused with the place', () => {
  const base = CoapUri.parse('coap://h/a/b')
  for (const [reference, offset] of [['c d', 1], ['/c d', 2], ['../%zz', 3], ['#x', 0], ['a?b#x', 3], ['//', 2], ['1:x', 1], ['http://h/', 0]] as const) {
    assert.throws(() => base.resolve(reference), { name: 'FormatError', offset }, reference)
    assert.equal(base.tryResolve(reference), undefined, reference)
  }
}) // biome-ignore format: a table

test('Location-Path and Location-Query replace path and query of the request', () => {
  const uri = CoapUri.parse('coap://h:61616/things?a')
  assert.equal(uri.locate(['things', '4711'], [])?.toString(), 'coap://h:61616/things/4711')
  assert.equal(uri.locate([], ['id=1'])?.toString(), 'coap://h:61616/?id=1')
  assert.equal(uri.locate(['a/b'], [])?.toString(), 'coap://h:61616/a%2Fb')
})

test('a Location-Path of dots, and no Location at all, lead nowhere', () => {
  const uri = CoapUri.parse('coap://h/things')
  assert.equal(uri.locate(['..', 'x'], []), undefined)
  assert.equal(uri.locate(['.'], []), undefined)
  assert.equal(uri.locate([], []), undefined)
})

test('a part can be changed, and the others stay', () => {
  const uri = CoapUri.parse('coap://[fe80::1%eth0]:61616/a?b')
  assert.equal(uri.with({ path: ['c', 'd'] }).toString(), 'coap://[fe80::1%eth0]:61616/c/d?b')
  assert.equal(uri.with({ query: [] }).toString(), 'coap://[fe80::1%eth0]:61616/a')
  assert.equal(uri.with({ port: 5683 }).toString(), 'coap://[fe80::1%eth0]/a?b')
  assert.equal(uri.with({ zone: undefined }).toString(), 'coap://[fe80::1]:61616/a?b')
  assert.equal(uri.toString(), 'coap://[fe80::1%eth0]:61616/a?b')
})

test('a new scheme brings its default port where the old one had its own', () => {
  assert.equal(CoapUri.parse('coap://h/').with({ scheme: 'coaps+ws' }).port, 443)
  assert.equal(CoapUri.parse('coap://h:7000/').with({ scheme: 'coaps' }).port, 7000)
})

test('a new host leaves the zone of the old one behind', () => {
  const group = CoapUri.parse('coap://[ff02::fd%eth0]/x')
  assert.equal(group.with({ host: '2001:DB8::1' }).toString(), 'coap://[2001:db8::1]/x')
  assert.equal(group.with({ host: 'fe80::1', zone: 'eth0' }).toString(), 'coap://[fe80::1%eth0]/x')
})

test('a part that no URI can have is the mistake of the caller', () => {
  const uri = CoapUri.parse('coap://h/')
  const wrong: readonly [Parameters<CoapUri['with']>[0], RegExp][] = [
    [{ scheme: 'http' as Scheme }, /not 'http'/],
    [{ host: '' }, /expected a host/],
    [{ host: '[::1]' }, /without '\['/],
    [{ host: 'a\ud800' }, /well-formed/],
    [{ zone: 'eth0' }, /zone only of an IPv6 address, not of 'h'/],
    [{ host: '192.0.2.1', zone: 'eth0' }, /zone only of an IPv6 address/],
    [{ host: 'fe80::1', zone: '' }, /name of a zone/],
    [{ host: 'fe80::1', zone: '\ud800' }, /name of a zone/],
    [{ port: 65536 }, /from 0 to 65535, not 65536/],
    [{ port: 1.5 }, /not 1.5/],
    [{ path: ['..'] }, /not '\.\.'/],
    [{ path: ['x'.repeat(256)] }, /at most 255 bytes in a path segment, not 256/],
    [{ path: ['\udc00'] }, /well-formed Unicode in a path segment/],
    [{ query: ['ä'.repeat(128)] }, /at most 255 bytes in a query argument, not 256/],
  ]
  for (const [changes, message] of wrong) assert.throws(() => uri.with(changes), { name: 'UsageError', message })
})

test('a CoapUri cannot be changed', () => {
  const path = ['a']
  const uri = CoapUri.parse('coap://h/').with({ path })
  path.push('b')
  assert.deepEqual(uri.path, ['a'])
  assert.throws(() => (uri.path as string[]).push('b'), TypeError)
  assert.throws(() => (uri.query as string[]).push('b'), TypeError)
})

test('what is printed is the text of the URI', () => {
  assert.equal(inspect(CoapUri.parse('coap://h/x?y')), 'CoapUri(coap://h/x?y)')
})

test('a CoapUri is the address of a network', () => {
  const { host, port, zone }: { host: string; port: number; zone?: string } = CoapUri.parse('coap://[ff02::fd%eth0]')
  assert.deepEqual([host, port, zone], ['ff02::fd', 5683, 'eth0'])
})

function vectors<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(`../../../vectors/uri/${name}.json`, import.meta.url), 'utf8'))
}
