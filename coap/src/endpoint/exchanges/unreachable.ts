// What an ICMP error means to whoever has asked there.

import { ConnectionError } from '../../errors.ts'
import type { Association } from '../../transport/transport.ts'

/** `repeatable`: what was asked may be asked at another place, since here nobody has acted on it, or once more does no harm. */
export function unreachableError({ path }: Association, cause: Error, repeatable: boolean): ConnectionError {
  const { host, port } = path.remote
  return repeatable
    ? new ConnectionError(`nobody listens at ${host} port ${port}: is the server running, and on this port?`, {
        code: 'COAP_UNREACHABLE',
        cause,
      })
    : new ConnectionError(
        `nobody listens at ${host} port ${port} any more: the request may or may not have been handled`,
        { cause },
      )
}
