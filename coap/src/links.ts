// `coapstone/links`: link-format (RFC 6690), read, written, filtered, resolved.

export { filterLinks } from './links/filter-links.ts'
export { formatLinks } from './links/format-links.ts'
export { Link, type LinkAttribute } from './links/link.ts'
export type { DescriptionValue, LinkDescription } from './links/link-description.ts'
export { type ParseLinksOptions, parseLinks, tryParseLinks } from './links/parse-links.ts'
export { type ResolvedLink, resolveLink } from './links/resolve-link.ts'
