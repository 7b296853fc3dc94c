// What an address tells of where it can be: in this machine, on this link, in this site, or anywhere in the Internet.

/**
 * It may belong to anybody in the Internet. Not so: loopback, link-local (RFC 3927, RFC 4291 2.5.6), private (RFC 1918, RFC 4193) and
 * shared (RFC 6598) addresses, and the unspecified one. Takes the normal form of an address.
 */
export function isGlobal(host: string): boolean {
  if (!host.includes(':')) return !localIpv4.test(host)
  if (host.startsWith('::ffff:') && host.includes('.')) return isGlobal(host.slice('::ffff:'.length))
  return !localIpv6.test(host)
}

const localIpv4 = /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./
const localIpv6 = /^(?:::1?$|fe[89ab].:|f[cd]..:)/i
