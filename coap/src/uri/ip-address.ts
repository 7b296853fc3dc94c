// IP addresses as text: what is one (RFC 3986 3.2.2), and its one recommended form (RFC 5952).

/** The normal form of an IPv4 or IPv6 address without brackets and zone; undefined for anything else. */
export function canonicalIpAddress(text: string): string | undefined {
  return text.includes(':') ? canonicalIpv6(text) : isIpv4(text) ? text : undefined
}

/** Four numbers with dots, whether or not they are in range. */
export function looksLikeIpv4(text: string): boolean {
  return /^\d+(?:\.\d+){3}$/.test(text)
}

/** Only the form with four decimal numbers and no leading zeros: the others are traps (RFC 3986 7.4). */
function isIpv4(text: string): boolean {
  return ipv4.test(text)
}

function canonicalIpv6(text: string): string | undefined {
  const groups = ipv6Groups(text)
  if (groups === undefined) return undefined
  const tail = groups.slice(0, 6).join() === '0,0,0,0,0,65535' ? dotted(groups) : undefined
  if (tail !== undefined) return `::ffff:${tail}` // IPv4-mapped (RFC 5952 5)
  const { start, length } = longestZeroRun(groups)
  if (length < 2) return hex(groups) // a single zero is not shortened (RFC 5952 4.2.2)
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`
}

function ipv6Groups(text: string): readonly number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [left, right] = halves.map((half, index) => groupsOf(half, index === halves.length - 1))
  if (left === undefined) return undefined
  if (halves.length === 1) return left.length === 8 ? left : undefined
  if (right === undefined || left.length + right.length > 7) return undefined // '::' stands for at least one group
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right]
}

function groupsOf(half: string, mayEndInIpv4: boolean): readonly number[] | undefined {
  if (half === '') return []
  const groups: number[] = []
  const pieces = half.split(':')
  for (const [index, piece] of pieces.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(piece)) groups.push(Number.parseInt(piece, 16))
    else if (mayEndInIpv4 && index === pieces.length - 1 && isIpv4(piece)) groups.push(...ipv4Groups(piece))
    else return undefined
  }
  return groups
}

function ipv4Groups(text: string): readonly [number, number] {
  const [a, b, c, d] = text.split('.').map(Number) as [number, number, number, number]
  return [a * 256 + b, c * 256 + d]
}

function dotted(groups: readonly number[]): string {
  return groups
    .slice(6)
    .map((group) => `${group >> 8}.${group & 0xff}`)
    .join('.')
}

/** The first of the longest ones (RFC 5952 4.2.3). */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 }
  let start = 0
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1
    else if (index + 1 - start > longest.length) longest = { start, length: index + 1 - start }
  }
  return longest
}

function hex(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':')
}

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`)
