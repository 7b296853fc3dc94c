import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { isIP, SocketAddress } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalIpAddress } from './ip-address.ts'

const addresses: readonly { section: string; text: string; canonical: string | null }[] = JSON.parse(
  readFileSync(new URL('../../../vectors/uri/addresses.json', import.meta.url), 'utf8'),
)

test('each address of the corpus has its one form, and what is no address has none', () => {
  for (const { section, text, canonical } of addresses) {
    assert.equal(canonicalIpAddress(text), canonical ?? undefined, `${section}: ${text}`)
  }
})

test('the normal form of any IPv6 address is the same address, and its own normal form', () => {
  fc.assert(
    fc.property(ipv6, (text) => {
      const canonical = canonicalIpAddress(text)
      assert.ok(canonical !== undefined, text)
      assert.equal(canonicalIpAddress(canonical), canonical)
      assert.equal(socketAddress(canonical), socketAddress(text))
    }),
  )
})

test('what Node takes for an address is one, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.oneof(ipv6, fc.ipV4(), fc.string({ unit: fc.constantFrom(...'0123af:.'), maxLength: 40 })),
      (text) => {
        assert.equal(canonicalIpAddress(text) !== undefined, isIP(text) !== 0, text)
      },
    ),
  )
})

const ipv6 = fc.oneof(
  fc.ipV6(),
  fc
    .array(
      fc.oneof(
        fc.constant('0'),
        fc.integer({ min: 0, max: 0xffff }).map((group) => group.toString(16)),
      ),
      {
        minLength: 8,
        maxLength: 8,
      },
    )
    .map((groups) => groups.join(':')),
)

function socketAddress(address: string): string {
  return new SocketAddress({ address, family: 'ipv6' }).address
}
