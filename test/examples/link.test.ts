// examples/plugtest: what discovery finds (TD_COAP_LINK_01 to 10).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ContentFormat } from 'coapstone'
import { type Link, parseLinks } from 'coapstone/links'
import { plugtest } from '../../examples/plugtest/plugtest.ts'
import { Served } from './served.ts'

async function discover(served: Served, ...query: string[]): Promise<readonly Link[]> {
  const response = await served.get('/.well-known/core', { query })
  assert.equal(response.contentFormat, ContentFormat.linkFormat)
  return parseLinks(await response.body.text())
}

const targets = (links: readonly Link[]) => links.map(({ target }) => target)
const has = ({ attributes }: Link, name: string) => attributes.some((attribute) => attribute.name === name)

test('all that can be asked for is listed, and nothing else', async () => {
  await using served = await Served.with(plugtest)
  const all = targets(await discover(served))
  const expected = `/hello /test /validate /seg1 /seg1/seg2 /seg1/seg2/seg3 /query /separate /large /large-update /large-create
    /large-post /obs /obs-non /obs-large /obs-reset /obs-pumping /obs-pumping-non /multi-format /link1 /link2 /link3 /location-query
    /path /path/sub1 /path/sub2 /path/sub3 /alternate /benchmark /time /async /example_data`
  assert.deepEqual(all.toSorted(), expected.split(/\s+/).toSorted())
})

test('links are found by one of their types', async () => {
  await using served = await Served.with(plugtest)
  assert.deepEqual(targets(await discover(served, 'rt=Type1')), ['/link1', '/link3'])
  assert.deepEqual(targets(await discover(served, 'rt=Type2')), ['/link1', '/link2'])
})

test('rt=* finds what has a type, sz=* what has a size; others have none', async () => {
  await using served = await Served.with(plugtest)
  const all = await discover(served)
  for (const name of ['rt', 'sz']) {
    const found = await discover(served, `${name}=*`)
    assert.deepEqual(targets(found), targets(all.filter((link) => has(link, name))))
    assert.ok(found.length > 0 && found.length < all.length)
  }
})

test('links are found by the beginning of an interface', async () => {
  await using served = await Served.with(plugtest)
  assert.deepEqual(targets(await discover(served, 'if=If*')), ['/link1', '/link2'])
})

test('links are found by their target, or its beginning', async () => {
  await using served = await Served.with(plugtest)
  assert.deepEqual(targets(await discover(served, 'href=/link1')), ['/link1'])
  assert.deepEqual(targets(await discover(served, 'href=/link*')), ['/link1', '/link2', '/link3'])
})

test('/link1 to 3 can be asked for, too', async () => {
  await using served = await Served.with(plugtest)
  for (const path of ['/link1', '/link2', '/link3']) assert.match(await served.text(path), /^Type: 0/)
})

test('/path is found as a list, and lists what lies below, which says where it is', async () => {
  await using served = await Served.with(plugtest)
  assert.ok(targets(await discover(served, 'ct=40')).includes('/path'))
  const response = await served.get('/path')
  assert.equal(response.contentFormat, ContentFormat.linkFormat)
  const below = targets(parseLinks(await response.body.text()))
  assert.deepEqual(below, ['/path/sub1', '/path/sub2', '/path/sub3'])
  for (const path of below) assert.equal(await served.text(path), path)
})

test('/alternate is another way to /test, and is listed as such', async () => {
  await using served = await Served.with(plugtest)
  const [link] = await discover(served, 'rel=alternate')
  assert.deepEqual(
    [link?.target, link?.attributes.find(({ name }) => name === 'anchor')?.value],
    ['/alternate', '/test'],
  )
  const [alternate, test] = [await served.text('/alternate'), await served.text('/test')]
  const withoutToken = (text: string) => text.replace(/Token: .*/, '')
  assert.equal(withoutToken(alternate), withoutToken(test))
})
