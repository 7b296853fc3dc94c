// Answers of any length, at once: what benchmarks ask for.

import { Code, ContentFormat, type Request, Response, type Router } from 'coapstone'

/** Bytes. */
const longest = 1_048_576

export function benchmarkResources(router: Router): void {
  const attributes = { ct: ContentFormat.text, title: 'What is posted, or as many bytes as in ?rlen=' }
  router
    .get('/benchmark', (request) => answer(Code.Content, greeting, request), attributes)
    .post('/benchmark', (request) => answer(Code.Changed, request.payload, request), attributes)
}

const greeting = new TextEncoder().encode('hello benchmark')

/** The content; with `rlen` so many bytes of it, filled up with asterisks. */
function answer(code: Code, content: Uint8Array, request: Request): Response {
  const { query } = request
  const stranger = query.find((argument) => !/^rlen=\d{1,7}$/.test(argument))
  const length = Number(request.queryParam('rlen') ?? content.length)
  if (stranger !== undefined || length > longest)
    return Response.diagnostic(Code.BadOption, `expected no query but rlen, 0 to ${longest}`)
  const bytes = new Uint8Array(length).fill(0x2a)
  bytes.set(content.subarray(0, length))
  return Response.of(code, bytes, ContentFormat.text)
}
