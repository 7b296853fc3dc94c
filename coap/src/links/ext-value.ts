// Attribute values with a character set and a language (RFC 8187 3.2, and RFC 5987 before it): `UTF-8'de'n%C3%A4chstes`.

export interface ExtValue {
  readonly value: string
  /** A language tag (RFC 5646), or an empty text. */
  readonly language: string
}

/** Undefined where `text` is no such value, or in a character set other than the two that RFC 5987 asks for. */
export function readExtValue(text: string): ExtValue | undefined {
  const [charset = '', language = '', ...rest] = text.split("'", 4)
  const [encoded] = rest
  if (encoded === undefined || rest.length > 1 || !isLanguage(language) || illegal.test(encoded)) return undefined
  const value = decoders.get(charset.toLowerCase())?.(encoded)
  return value === undefined ? undefined : { value, language }
}

/** In UTF-8, the one that producers may use. `value` is well-formed Unicode. */
export function formatExtValue({ value, language }: ExtValue): string {
  return `UTF-8'${language}'${value.replace(/[^A-Za-z0-9!#$&+\-.^_`|~]+/gu, encode)}`
}

/** Can it stand between the two apostrophes? */
export function isLanguage(text: string): boolean {
  return /^[A-Za-z0-9-]*$/.test(text)
}

const decoders: ReadonlyMap<string, (encoded: string) => string | undefined> = new Map([
  ['utf-8', decodeUtf8],
  ['iso-8859-1', decodeLatin1],
])

function decodeUtf8(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined // these triplets are no UTF-8
  }
}

function decodeLatin1(encoded: string): string {
  return encoded.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

/** encodeURIComponent leaves `'()*` alone, which this grammar does not allow. */
function encode(characters: string): string {
  return encodeURIComponent(characters).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

const illegal = /[^A-Za-z0-9!#$&+\-.^_`|~%]|%(?![0-9A-Fa-f]{2})/
