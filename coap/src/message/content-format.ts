// Content-Formats (RFC 7252 12.3, RFC 9876): what a number in the options Content-Format and Accept stands for.
// Source: the IANA registry of September 2023 and the RFCs that came after it.

import { UsageError } from '../errors.ts'

/** A Content-Format number, 0 to 65535. */
export type ContentFormat = number

/** The formats that this library itself reads or writes. */
export const ContentFormat = {
  text: 0,
  linkFormat: 40,
  xml: 41,
  octets: 42,
  json: 50,
  cbor: 60,
  cborSequence: 63,
  problemDetails: 257,
  lwm2mTlv: 11542,
  lwm2mJson: 11543,
} as const

type Line = readonly [number: ContentFormat, mediaType: string, contentCoding?: string]

const registry: readonly Line[] = [
  [0, 'text/plain; charset=utf-8'],
  [16, 'application/cose; cose-type="cose-encrypt0"'],
  [17, 'application/cose; cose-type="cose-mac0"'],
  [18, 'application/cose; cose-type="cose-sign1"'],
  [19, 'application/ace+cbor'],
  [21, 'image/gif'],
  [22, 'image/jpeg'],
  [23, 'image/png'],
  [40, 'application/link-format'],
  [41, 'application/xml'],
  [42, 'application/octet-stream'],
  [47, 'application/exi'],
  [50, 'application/json'],
  [51, 'application/json-patch+json'],
  [52, 'application/merge-patch+json'],
  [60, 'application/cbor'],
  [61, 'application/cwt'],
  [62, 'application/multipart-core'],
  [63, 'application/cbor-seq'],
  [64, 'application/edhoc+cbor-seq'],
  [65, 'application/cid-edhoc+cbor-seq'],
  [96, 'application/cose; cose-type="cose-encrypt"'],
  [97, 'application/cose; cose-type="cose-mac"'],
  [98, 'application/cose; cose-type="cose-sign"'],
  [101, 'application/cose-key'],
  [102, 'application/cose-key-set'],
  [110, 'application/senml+json'],
  [111, 'application/sensml+json'],
  [112, 'application/senml+cbor'],
  [113, 'application/sensml+cbor'],
  [114, 'application/senml-exi'],
  [115, 'application/sensml-exi'],
  [140, 'application/yang-data+cbor; id=sid'],
  [256, 'application/coap-group+json'],
  [257, 'application/concise-problem-details+cbor'],
  [258, 'application/swid+cbor'],
  [259, 'application/pkixcmp'],
  [260, 'application/yang-sid+json'],
  [261, 'application/ace-groupcomm+cbor'],
  [262, 'application/ace-trl+cbor'],
  [263, 'application/eat+cwt'],
  [264, 'application/eat+jwt'],
  [265, 'application/eat-bun+cbor'],
  [266, 'application/eat-bun+json'],
  [267, 'application/eat-ucs+cbor'],
  [268, 'application/eat-ucs+json'],
  [269, 'application/coap-eap'],
  [271, 'application/dots+cbor'],
  [272, 'application/missing-blocks+cbor-seq'],
  [273, 'application/cmw+cbor'],
  [274, 'application/cmw+json'],
  [275, 'application/cmw+cose'],
  [276, 'application/cmw+jws'],
  [277, 'application/scitt-statement+cose'],
  [278, 'application/scitt-receipt+cose'],
  [280, 'application/pkcs7-mime; smime-type=server-generated-key'],
  [281, 'application/pkcs7-mime; smime-type=certs-only'],
  [284, 'application/pkcs8'],
  [285, 'application/csrattrs'],
  [286, 'application/pkcs10'],
  [287, 'application/pkix-cert'],
  [290, 'application/aif+cbor'],
  [291, 'application/aif+json'],
  [310, 'application/senml+xml'],
  [311, 'application/sensml+xml'],
  [320, 'application/senml-etch+json'],
  [322, 'application/senml-etch+cbor'],
  [340, 'application/yang-data+cbor'],
  [341, 'application/yang-data+cbor; id=name'],
  [432, 'application/td+json'],
  [433, 'application/tm+json'],
  [553, 'application/dns-message'],
  [601, 'application/uccs+cbor'],
  [836, 'application/voucher-cose+cbor'],
  [10000, 'application/vnd.ocf+cbor'],
  [10001, 'application/oscore'],
  [10002, 'application/javascript'],
  [10003, 'application/eat+cwt; eat_profile="tag:psacertified.org,2023:psa#tfm"'],
  [10004, 'application/eat+cwt; eat_profile="tag:psacertified.org,2019:psa#legacy"'],
  [11050, 'application/json', 'deflate'],
  [11060, 'application/cbor', 'deflate'],
  [11542, 'application/vnd.oma.lwm2m+tlv'],
  [11543, 'application/vnd.oma.lwm2m+json'],
  [11544, 'application/vnd.oma.lwm2m+cbor'],
  [20000, 'text/css'],
  [30000, 'image/svg+xml'],
]

/** In use before 11542 and 11543 were assigned; 'reserved, do not use': understood when received, never produced. */
const reserved: readonly Line[] = [
  [1542, 'application/vnd.oma.lwm2m+tlv'],
  [1543, 'application/vnd.oma.lwm2m+json'],
]

/** The number to read a received one as, and to send instead of a given one: 1542 is 11542, 1543 is 11543. */
export function assignedFormat(format: ContentFormat): ContentFormat {
  return format === 1542 || format === 1543 ? format + 10_000 : format
}

/** The media type that a number stands for, with its parameters; undefined where the registry has none. */
export function mediaTypeOf(format: ContentFormat): string | undefined {
  return byNumber.get(format)?.[1]
}

/** The content coding (`deflate`) that a number stands for besides its media type; undefined where there is none. */
export function contentCodingOf(format: ContentFormat): string | undefined {
  return byNumber.get(format)?.[2]
}

/**
 * The number of a media type, or of a number written as text: `application/json`, `text/plain`, `50`.
 * Parameters may be left out where no other line of the registry has the same type. Throws a `UsageError` for an unknown one.
 */
export function contentFormat(name: string): ContentFormat {
  if (/^\d+$/.test(name)) {
    const number = Number(name)
    if (number > 0xffff) throw new UsageError(`a Content-Format is a number from 0 to 65535, not ${name}`)
    return number
  }
  byName ??= names()
  const found = byName.get(normalise(name))
  if (found === undefined) {
    throw new UsageError(
      `'${name}' is no registered Content-Format: expected a media type like 'application/json', or a number`,
    )
  }
  return found
}

/** The numbers that stand for text which a person can read as it is. */
export function isText(format: ContentFormat): boolean {
  const type = mediaTypeOf(format)
  return (
    type !== undefined &&
    /^text\/|[/+](json|xml)\b|link-format|javascript/.test(type) &&
    contentCodingOf(format) === undefined
  )
}

/** All lines, for help texts and completion. */
export function contentFormats(): readonly Line[] {
  return registry
}

const byNumber: ReadonlyMap<number, Line> = new Map([...registry, ...reserved].map((line) => [line[0], line]))
/** Made when a name is asked for: few programs do. */
let byName: ReadonlyMap<string, number> | undefined

function names(): Map<string, number> {
  const exact = new Map<string, number>()
  const bare = new Map<string, number[]>()
  for (const [number, type, coding] of registry) {
    if (coding !== undefined) continue
    exact.set(normalise(type), number)
    const name = normalise(type.replace(/;.*/, ''))
    bare.set(name, [...(bare.get(name) ?? []), number])
  }
  for (const [name, [number = 0, ...others]] of bare)
    if (others.length === 0 && !exact.has(name)) exact.set(name, number)
  return exact
}

function normalise(name: string): string {
  return name
    .toLowerCase()
    .replace(/\s*;\s*/g, ';')
    .trim()
}
