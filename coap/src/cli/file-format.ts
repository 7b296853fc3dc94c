// What a file is by the end of its name.

import { ContentFormat } from '../message/content-format.ts'

/** Undefined where the end of the name says nothing. */
export function formatOfFile(path: string): ContentFormat | undefined {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]
  return extension === undefined ? undefined : byExtension.get(extension.toLowerCase())
}

const byExtension: ReadonlyMap<string, ContentFormat> = new Map([
  ['txt', ContentFormat.text],
  ['md', ContentFormat.text],
  ['csv', ContentFormat.text],
  ['log', ContentFormat.text],
  ['wlnk', ContentFormat.linkFormat],
  ['xml', ContentFormat.xml],
  ['bin', ContentFormat.octets],
  ['json', ContentFormat.json],
  ['cbor', ContentFormat.cbor],
  ['cborseq', ContentFormat.cborSequence],
  ['gif', 21],
  ['jpg', 22],
  ['jpeg', 22],
  ['png', 23],
  ['exi', 47],
  ['senml', 110],
  ['senmlc', 112],
  ['jsontd', 432],
  ['js', 10_002],
  ['css', 20_000],
  ['svg', 30_000],
])
