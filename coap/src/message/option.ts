// Options (RFC 7252 5.4 and 5.10): a line each. To add one, add its line; nothing else, unless it has behaviour.

import { UsageError } from '../errors.ts'
import { empty, type OptionFormat, opaque, string, uint } from './option-format.ts'

/** What an option number means, and which values are well-formed. */
export interface Option<T> {
  readonly number: number
  readonly name: string
  readonly format: OptionFormat<T>
  /** Bounds of a value's length in bytes. */
  readonly length: readonly [min: number, max: number]
  readonly repeatable: boolean
}

const repeatable = true

export const IfMatch: Option<Uint8Array> = option(1, 'If-Match', opaque, [0, 8], repeatable)
export const UriHost: Option<string> = option(3, 'Uri-Host', string, [1, 255])
export const ETag: Option<Uint8Array> = option(4, 'ETag', opaque, [1, 8], repeatable)
export const IfNoneMatch: Option<true> = option(5, 'If-None-Match', empty, [0, 0])
export const Observe: Option<number> = option(6, 'Observe', uint, [0, 3])
export const UriPort: Option<number> = option(7, 'Uri-Port', uint, [0, 2])
export const LocationPath: Option<string> = option(8, 'Location-Path', string, [0, 255], repeatable)
export const OSCORE: Option<Uint8Array> = option(9, 'OSCORE', opaque, [0, 255])
export const UriPath: Option<string> = option(11, 'Uri-Path', string, [0, 255], repeatable)
export const ContentFormatOption: Option<number> = option(12, 'Content-Format', uint, [0, 2])
export const MaxAge: Option<number> = option(14, 'Max-Age', uint, [0, 4])
export const UriQuery: Option<string> = option(15, 'Uri-Query', string, [0, 255], repeatable)
export const HopLimit: Option<number> = option(16, 'Hop-Limit', uint, [1, 1])
export const Accept: Option<number> = option(17, 'Accept', uint, [0, 2])
export const QBlock1: Option<number> = option(19, 'Q-Block1', uint, [0, 3])
export const LocationQuery: Option<string> = option(20, 'Location-Query', string, [0, 255], repeatable)
export const EDHOC: Option<true> = option(21, 'EDHOC', empty, [0, 0])
export const Block2: Option<number> = option(23, 'Block2', uint, [0, 3])
export const Block1: Option<number> = option(27, 'Block1', uint, [0, 3])
export const Size2: Option<number> = option(28, 'Size2', uint, [0, 4])
export const QBlock2: Option<number> = option(31, 'Q-Block2', uint, [0, 3], repeatable)
export const ProxyUri: Option<string> = option(35, 'Proxy-Uri', string, [1, 1034])
export const ProxyScheme: Option<string> = option(39, 'Proxy-Scheme', string, [1, 255])
export const Size1: Option<number> = option(60, 'Size1', uint, [0, 4])
export const Echo: Option<Uint8Array> = option(252, 'Echo', opaque, [1, 40])
export const NoResponse: Option<number> = option(258, 'No-Response', uint, [0, 1])
export const RequestTag: Option<Uint8Array> = option(292, 'Request-Tag', opaque, [0, 8], repeatable)
export const OcfAcceptContentFormatVersion: Option<number> = option(
  2049,
  'OCF-Accept-Content-Format-Version',
  uint,
  [0, 2],
)
export const OcfContentFormatVersion: Option<number> = option(2053, 'OCF-Content-Format-Version', uint, [0, 2])

/** All lines above: the registry of RFC 7252 12.2. */
export const options: readonly Option<unknown>[] = [
  IfMatch, UriHost, ETag, IfNoneMatch, Observe, UriPort, LocationPath, OSCORE, UriPath, ContentFormatOption, MaxAge, UriQuery, HopLimit,
  Accept, QBlock1, LocationQuery, EDHOC, Block2, Block1, Size2, QBlock2, ProxyUri, ProxyScheme, Size1, Echo, NoResponse, RequestTag,
  OcfAcceptContentFormatVersion, OcfContentFormatVersion,
] // biome-ignore format: a paragraph of names

/** Makes an option, also one of your own: numbers from 65000 are for experiments (RFC 7252 12.2). Not repeatable by default. */
export function option<T>(
  number: number,
  name: string,
  format: OptionFormat<T>,
  length: readonly [min: number, max: number],
  repeatable = false,
): Option<T> {
  if (!Number.isInteger(number) || number < 0 || number > 0xffff) {
    throw new UsageError(`an option number is an integer from 0 to 65535, not ${number}`)
  }
  return { number, name, format, length, repeatable }
}

/** The value in `bytes[start..end)`; undefined where it is malformed: too long, too short, no UTF-8 (RFC 7252 5.4.3). */
export function readOption<T>(option: Option<T>, bytes: Uint8Array, start: number, end: number): T | undefined {
  const [min, max] = option.length
  return end - start < min || end - start > max ? undefined : option.format.read(bytes, start, end)
}

/** The registered option of a number, or one of opaque bytes: unknown options are carried as they are. */
export function optionOf(number: number): Option<unknown> {
  return byNumber.get(number) ?? option(number, `Option-${number}`, opaque, [0, 0xffff + 269], repeatable)
}

/** Is it registered here? */
export function isRegistered(number: number): boolean {
  return byNumber.has(number)
}

/** Whoever does not understand it must not go on (RFC 7252 5.4.1). */
export function isCritical(number: number): boolean {
  return (number & 1) === 1
}

/** A proxy that does not understand it must not forward it (RFC 7252 5.4.2). */
export function isUnsafe(number: number): boolean {
  return (number & 2) === 2
}

/** It is no part of the cache key (RFC 7252 5.4.2). */
export function isNoCacheKey(number: number): boolean {
  return (number & 0x1e) === 0x1c
}

const byNumber: ReadonlyMap<number, Option<unknown>> = new Map(options.map((line) => [line.number, line]))
