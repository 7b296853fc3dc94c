// Content-Formats as people name them: `json`, `application/json`, `50`.

import { type ContentFormat, contentFormat, contentFormats, mediaTypeOf } from '../message/content-format.ts'
import { usageError } from './command-error.ts'
import { suggestion } from './suggestion.ts'

/** Throws a `CommandError` for a name that stands for none. */
export function formatNumber(name: string): ContentFormat {
  const shortNames = formatNames()
  const number = shortNames.get(name.toLowerCase())
  if (number !== undefined) return number
  try {
    return contentFormat(name)
  } catch (error) {
    const near = suggestion(name.toLowerCase(), shortNames.keys())
    const message = (error as Error).message
    throw usageError(near === undefined ? message : `there is no Content-Format '${name}': did you mean '${near}'?`)
  }
}

/** `application/json`; the number where the registry has none. */
export function formatName(format: ContentFormat): string {
  return mediaTypeOf(format) ?? `Content-Format ${format}`
}

/** The media type without its parameters. */
export function briefFormatName(format: ContentFormat): string {
  return formatName(format).replace(/;.*/, '')
}

/** What stands behind the slash, where that is enough to know it; and `text`, `links`, `octets`. */
export function formatNames(): ReadonlyMap<string, ContentFormat> {
  return new Map([
    ...contentFormats()
      .filter(([, type, coding]) => coding === undefined && !type.includes(';'))
      .map(([number, type]) => [type.slice(type.indexOf('/') + 1), number] as const),
    ['text', 0] as const,
    ['plain', 0] as const,
    ['links', 40] as const,
    ['octets', 42] as const,
  ])
}
