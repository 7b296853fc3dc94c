// CoapUri: from text and back, from options and back (RFC 7252 6).

import assert from 'node:assert/strict'
import { FormatError } from '../../../coap/src/errors.ts'
import { CoapUri } from '../../../coap/src/uri/coap-uri.ts'
import { schemes } from '../../../coap/src/uri/scheme.ts'
import { vectors } from '../corpus.ts'
import { type Target, textOfUnits, unitsOfText } from '../target.ts'

export const uris: Target = {
  name: 'uris',
  units: 'text',
  seeds: () =>
    ['uris', 'malformed-uris', 'references'].flatMap((file) =>
      vectors(`uri/${file}.json`).flatMap(({ uri, reference }) =>
        [uri, reference].flatMap((text) => (typeof text === 'string' ? [unitsOfText(text)] : [])),
      ),
    ),
  words: [
    ...Object.keys(schemes).map((scheme) => `${scheme}://`),
    ...[
      '%',
      '%25',
      '%2F',
      '%c3%a9',
      '[',
      ']',
      '::',
      '/../',
      '/./',
      '?',
      '&',
      '#',
      '@',
      ':',
      ':0',
      ':65535',
      ':65536',
      '[::1%25eth0]',
    ],
    ...['1.2.3.4', '0x7f.1', '[v1.x]', 'é', '\u{1f600}', '\ud800', '//', '..', ' ', '\0', '+'],
  ].map(unitsOfText),
  run(input) {
    const text = textOfUnits(input)
    const base = CoapUri.parse('coap://example.com/a/b?c')
    const resolved = both(
      text,
      () => base.tryResolve(text),
      () => base.resolve(text),
    )
    if (resolved instanceof CoapUri) checkUri(resolved)
    const uri = both(
      text,
      () => CoapUri.tryParse(text),
      () => CoapUri.parse(text),
    )
    if (typeof uri === 'string') return `${uri}, ${typeof resolved === 'string' ? resolved : 'a reference'}`
    checkUri(uri)
    return `${uri.scheme} ${uri.isIpLiteral} ${uri.zone !== undefined} ${Math.min(uri.path.length, 3)} ${Math.min(uri.query.length, 3)}`
  },
}

/** The lenient one gives undefined where the strict one throws, which says where: what it says, without what it quotes. */
function both(text: string, lenient: () => CoapUri | undefined, strict: () => CoapUri): CoapUri | string {
  const uri = lenient()
  try {
    assert.deepEqual(strict(), uri)
    assert.ok(uri !== undefined)
    return uri
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    assert.equal(uri, undefined)
    assert.ok(error.offset >= 0 && error.offset <= text.length, `offset ${error.offset}`)
    return error.message.split(/[',\d]/)[0] as string
  }
}

function checkUri(uri: CoapUri): void {
  const text = uri.toString()
  assert.match(text, /^[!-~]+$/)
  assert.deepEqual(CoapUri.parse(text), uri)
  const destination = { host: '192.0.2.1', port: 5683 }
  const options = uri.options(destination)
  const composed = CoapUri.compose({ scheme: uri.scheme, destination, ...options })
  assert.equal(composed?.toString(), uri.with({ zone: undefined }).toString())
  for (const value of [...options.uriPath, ...options.uriQuery, options.uriHost ?? '']) assert.ok(value.isWellFormed())
}
