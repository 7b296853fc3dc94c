// The options of a request as they leave: those it has, and those that its URI becomes (RFC 7252 6.4) where it has none of the kind.

import type { Request } from '../../handler/request.ts'
import { UriHost, UriPath, UriPort, UriQuery } from '../../message/option.ts'
import type { Options } from '../../message/options.ts'
import type { Association } from '../../transport/transport.ts'
import type { CoapUri } from '../../uri/coap-uri.ts'

export function requestOptions(request: Request, to: Association): Options {
  const { uri, addressed } = request
  if (uri === undefined && addressed === undefined) return request.options
  const options = request.options.clone()
  if (uri !== undefined) addUri(options, uri, to)
  addressed?.(options, to.peer)
  return options
}

function addUri(options: Options, uri: CoapUri, to: Association): void {
  const parts = uri.options({ host: to.serverName ?? to.path.remote.host, port: to.path.remote.port })
  if (parts.uriHost !== undefined && !options.has(UriHost)) options.add(UriHost, parts.uriHost)
  if (parts.uriPort !== undefined && !options.has(UriPort)) options.add(UriPort, parts.uriPort)
  if (!options.has(UriPath)) for (const segment of parts.uriPath) options.add(UriPath, segment)
  if (!options.has(UriQuery)) for (const argument of parts.uriQuery) options.add(UriQuery, argument)
}
