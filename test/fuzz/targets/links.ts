// Link-format (RFC 6690): reading, writing, filters, resolution.

import assert from 'node:assert/strict'
import { FormatError } from '../../../coap/src/errors.ts'
import { filterLinks } from '../../../coap/src/links/filter-links.ts'
import { formatLinks } from '../../../coap/src/links/format-links.ts'
import { parseLinks, tryParseLinks } from '../../../coap/src/links/parse-links.ts'
import { resolveLink } from '../../../coap/src/links/resolve-link.ts'
import { CoapUri } from '../../../coap/src/uri/coap-uri.ts'
import { vectors } from '../corpus.ts'
import { type Target, textOfUnits, unitsOfText } from '../target.ts'

export const links: Target = {
  name: 'links',
  units: 'text',
  seeds: () =>
    ['links', 'malformed', 'other-notations'].flatMap((file) =>
      vectors(`links/${file}.json`).flatMap(({ text }) => (typeof text === 'string' ? [unitsOfText(text)] : [])),
    ),
  words: [
    ...[
      '</>',
      '<',
      '>',
      ',',
      ';',
      '=',
      '"',
      '\\',
      '\\"',
      'rt=',
      'rt="a b"',
      'if=',
      'ct=40',
      'ct="0 41"',
      'sz=1',
      'obs',
      'rel="hosts"',
    ],
    ...[
      'title="',
      "title*=UTF-8'en'%c3%a9",
      'anchor="/a"',
      'coap://h/',
      ' ',
      '\t',
      '\r\n',
      'é',
      '\ud800',
      '%',
      '\0',
      '*',
    ],
  ].map(unitsOfText),
  run(input) {
    const text = textOfUnits(input)
    const read = tryParseLinks(text)
    if (read === undefined) return whyNot(text)
    assert.deepEqual(parseLinks(text), read)
    const written = formatLinks(read)
    assert.deepEqual(parseLinks(written), read)
    const base = CoapUri.parse('coap://example.com/.well-known/core')
    for (const link of read) {
      resolveLink(link, base)
      assert.ok(filterLinks(read, [`href=${link.target}`]).includes(link) || link.target.endsWith('*'))
      for (const { name } of link.attributes) filterLinks(read, [`${name}=${text.slice(0, 3)}*`, name])
    }
    const names = new Set(
      read.flatMap(({ attributes }) => attributes.map(({ name }) => (known.has(name) ? name : '…'))),
    )
    return `${Math.min(read.length, 4)} ${[...names].sort().slice(0, 4)}`
  },
}

const known = new Set(['rt', 'if', 'ct', 'sz', 'obs', 'rel', 'title', 'title*', 'anchor', 'href'])

function whyNot(text: string): string {
  try {
    parseLinks(text)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    assert.ok(error.offset >= 0 && error.offset <= text.length, `offset ${error.offset}`)
    return error.message.split(/[',\d]/)[0] as string
  }
  assert.fail('only the lenient reader refused it')
}
