import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CoapUri } from '../uri/coap-uri.ts'
import type { Link } from './link.ts'
import { parseLinks } from './parse-links.ts'
import { resolveLink } from './resolve-link.ts'

interface ResolutionVector {
  readonly section: string
  readonly base: string
  readonly link: string
  readonly target: string | null
  readonly context: string | null
  /** The target can be asked by CoAP. */
  readonly coap: boolean
}

const vectors: readonly ResolutionVector[] = JSON.parse(
  readFileSync(new URL('../../../vectors/links/resolution.json', import.meta.url), 'utf8'),
)

test('each link of the corpus has its target and its context, as RFC 6690 section 2.1 has it', () => {
  for (const { section, base, link, target, context } of vectors) {
    const resolved = resolveLink(only(link), CoapUri.parse(base))
    assert.equal(resolved?.target, target ?? undefined, `${section}: ${link}`)
    assert.equal(resolved?.context, context ?? undefined, `${section}: ${link}`)
  }
})

test('a target that CoAP can ask comes as a CoapUri, without its fragment', () => {
  for (const { link, base, target, coap } of vectors.filter((vector) => vector.target !== null)) {
    const uri = resolveLink(only(link), CoapUri.parse(base))?.uri
    assert.equal(uri?.toString(), coap ? target?.replace(/#.*/, '') : undefined, link)
  }
})

function only(text: string): Link {
  const [link] = parseLinks(text)
  assert.ok(link)
  return link
}
