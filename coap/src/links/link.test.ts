import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatLinks } from './format-links.ts'
import { Link } from './link.ts'
import type { LinkDescription } from './link-description.ts'
import { parseLinks } from './parse-links.ts'

test('a link of which nothing is said says that the server hosts its target', () => {
  const link = read('</a>')
  assert.deepEqual(link.relations, ['hosts'])
  assert.equal(link.anchor, undefined)
  assert.deepEqual([link.resourceTypes, link.interfaces, link.contentFormats], [[], [], []])
  assert.deepEqual([link.size, link.title, link.observable], [undefined, undefined, false])
})

test('relations, resource types and interfaces are lists with spaces between', () => {
  const link = read('</a>;rel="start  http://example.net/relation/other";rt="a b";if=" c "')
  assert.deepEqual(link.relations, ['start', 'http://example.net/relation/other'])
  assert.deepEqual(link.resourceTypes, ['a', 'b'])
  assert.deepEqual(link.interfaces, ['c'])
})

test('ct gives the Content-Formats that can be, and leaves out the others', () => {
  assert.deepEqual(read('</a>;ct=40').contentFormats, [40])
  assert.deepEqual(read('</a>;ct="0 41 65535"').contentFormats, [0, 41, 65535])
  assert.deepEqual(read('</a>;ct="41 65536 041 -1 x"').contentFormats, [41])
})

test('a size too large for a number is infinite', () => {
  assert.equal(read('</a>;sz=262144').size, 262144)
  assert.equal(read(`</a>;sz=1${'0'.repeat(400)}`).size, Number.POSITIVE_INFINITY)
  assert.equal(read('</a>;sz=x').size, undefined)
})

test('obs needs no value', () => {
  assert.ok(read('</a>;obs').observable)
  assert.ok(read('</a>;obs=""').observable)
})

test('the title with a language goes before the one without', () => {
  assert.equal(read(`</a>;title="Buero";title*=UTF-8'de'B%C3%BCro`).title, 'Büro')
  assert.equal(read('</a>;title="Buero"').title, 'Buero')
})

test('any attribute can be asked for', () => {
  const link = read('</a>;x=1;x=2;y')
  assert.equal(link.get('x'), '1')
  assert.equal(link.get('y'), '')
  assert.equal(link.get('z'), undefined)
})

test('a description becomes attributes in its order', () => {
  const description = { rt: ['temperature-c', 'a'], if: 'sensor', ct: [0, 50], sz: 12, obs: true, title: 'Wärme', x: ['1', '2'], y: false, z: 7, rel: [] } // biome-ignore format: one description
  const text = '</s>;rt="temperature-c a";if="sensor";ct="0 50";sz=12;obs;title="Wärme";x=1;x=2;z=7'
  assert.equal(formatLinks([new Link('/s', description)]), text)
})

test('a title with a language can be described', () => {
  const link = new Link('/s', { 'title*': 'Wärme' })
  assert.equal(formatLinks([link]), "</s>;title*=UTF-8''W%C3%A4rme")
})

test('what could not be written is the mistake of the caller', () => {
  const wrong: readonly [string, LinkDescription, RegExp][] = [
    ['/a>', {}, /expected a URI or a path, not '\/a>'/],
    ['/a b', {}, /expected a URI or a path/],
    ['/\ud800', {}, /expected a URI or a path/],
    ['/a', { anchor: '"' }, /expected a URI or a path/],
    ['/a', { 'b c': '' }, /name of a link attribute, not 'b c'/],
    ['/a', { 'b**': '' }, /name of a link attribute/],
    ['/a', { href: '/b' }, /'href' is the link's target/],
    ['/a', { b: '\udc00' }, /well-formed Unicode in b/],
    ['/a', { 'b*': true }, /expected a value/],
    ['/a', { ct: 65536 }, /from 0 to 65535, not 65536/],
    ['/a', { ct: [0, -1] }, /not -1/],
    ['/a', { sz: 1.5 }, /number of bytes, not 1.5/],
    ['/a', { rt: 'b', RT: 'c' }, /at most one rt/],
  ]
  for (const [target, description, message] of wrong) {
    assert.throws(() => new Link(target, description), { name: 'UsageError', message })
  }
  const language = [{ name: 'title*', value: '', language: "d'e" }]
  assert.throws(() => new Link('/a', language), { name: 'UsageError', message: /language tag/ })
  assert.throws(() => new Link('/a', [{ name: 'title', value: '', language: 'de' }]), { name: 'UsageError' })
})

function read(text: string): Link {
  const [link] = parseLinks(text)
  assert.ok(link)
  return link
}
