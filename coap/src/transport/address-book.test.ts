import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CoapUri } from '../uri/coap-uri.ts'
import { AddressBook } from './address-book.ts'

const uri = CoapUri.parse('coap://device.example:7777/x')

test('a literal address is its own answer, with its zone', async () => {
  const book = new AddressBook(resolver([]).resolver)
  assert.deepEqual(await book.addressOf(CoapUri.parse('coap://192.0.2.7')), { host: '192.0.2.7', port: 5683 })
  const zoned = await book.addressOf(CoapUri.parse('coap://[fe80::1%25eth0]:7'))
  assert.deepEqual(zoned, { host: 'fe80::1', port: 7, zone: 'eth0' })
})

test('a name leads to its first address, with the port of the URI', async () => {
  const book = new AddressBook(resolver(['192.0.2.1', '192.0.2.2']).resolver)
  assert.deepEqual(await book.addressOf(uri), { host: '192.0.2.1', port: 7777 })
})

test('an address that did not answer comes after the others; when none has, they are tried from the beginning', async () => {
  const book = new AddressBook(resolver(['192.0.2.1', '192.0.2.2']).resolver)
  const tried: string[] = []
  for (let count = 0; count < 4; count++) {
    const { host } = await book.addressOf(uri)
    tried.push(host)
    book.lookAgain(uri, host)
  }
  assert.deepEqual(tried, ['192.0.2.1', '192.0.2.2', '192.0.2.1', '192.0.2.2'])
})

test('where an address did not answer, the name is asked for anew', async () => {
  const { resolver: asked, forgotten } = resolver(['192.0.2.1'])
  const book = new AddressBook(asked)
  book.lookAgain(uri, '192.0.2.1')
  book.lookAgain(CoapUri.parse('coap://192.0.2.1'), '192.0.2.1')
  assert.deepEqual(forgotten, ['device.example'])
})

test('who has several addresses is asked at the one that it was asked at, as long as it has it', async () => {
  const addresses = ['192.0.2.1', '192.0.2.2']
  const { resolver: asked, forgotten } = resolver(addresses)
  const book = new AddressBook(asked)
  const tried: string[] = []
  for (const now of [['192.0.2.2', '192.0.2.1'], ['192.0.2.3'], ['192.0.2.2', '192.0.2.3']]) {
    tried.push((await book.addressOf(uri)).host)
    addresses.splice(0, 2, ...now)
    book.lookAgain(uri)
  }
  tried.push((await book.addressOf(uri)).host)
  assert.deepEqual(tried, ['192.0.2.1', '192.0.2.1', '192.0.2.3', '192.0.2.3'])
  assert.equal(forgotten.length, 3)
})

test('what failed of very many names and addresses is forgotten', async () => {
  const addresses = Array.from({ length: 40 }, (_, at) => `192.0.2.${at}`)
  const book = new AddressBook(resolver(addresses).resolver)
  for (const address of addresses.slice(0, 20)) book.lookAgain(uri, address)
  assert.equal((await book.addressOf(uri)).host, '192.0.2.0', 'the first failures of twenty')
  for (let count = 0; count < 300; count++) book.lookAgain(CoapUri.parse(`coap://h${count}.example`), '192.0.2.0')
  assert.equal((await book.addressOf(CoapUri.parse('coap://h0.example'))).host, '192.0.2.0')
  assert.equal((await book.addressOf(CoapUri.parse('coap://h299.example'))).host, '192.0.2.1')
})

test('a signal goes to the resolver', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  const book = new AddressBook({ resolve: (_, given) => Promise.reject(given?.reason), forget() {} })
  await assert.rejects(book.addressOf(uri, signal), /enough/)
})

function resolver(addresses: readonly string[]) {
  const forgotten: string[] = []
  return {
    forgotten,
    resolver: { resolve: async () => ({ addresses, ttl: 1000 }), forget: (host: string) => void forgotten.push(host) },
  }
}
