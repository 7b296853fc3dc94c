// The number in a response, for the plot: content that is one, whatever it is written in, and a SenML record with one (RFC 8428 4.2).

import { decodeCbor } from '../cbor/cbor.ts'
import { isText, mediaTypeOf } from '../message/content-format.ts'
import { decodeUtf8 } from '../message/option-format.ts'
import type { Content } from './presentation.ts'
import { printable } from './printable.ts'

export interface PlottedNumber {
  readonly value: number
  /** As it is shown: `21.50 °C`. */
  readonly text: string
}

/** Undefined for what is none, or none that is finite. */
export function numberOf({ payload, format }: Content): PlottedNumber | undefined {
  const type = format === undefined ? '' : (mediaTypeOf(format) ?? '')
  if (/[/+]cbor\b/.test(type)) return numberIn(cborOf(payload), /^application\/senml/.test(type))
  if (format !== undefined && !isText(format)) return undefined
  const text = decodeUtf8(payload)?.trim()
  if (text === undefined) return undefined
  if (/^application\/senml\+json/.test(type)) return numberIn(jsonOf(text), true)
  return numberOfText(text)
}

/** A number, perhaps with a sign of its unit behind it. */
function numberOfText(text: string): PlottedNumber | undefined {
  const match = /^([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?)(?:\s*[^\d\s.,:;/-][^\d\s]{0,7})?$/i.exec(text)
  return match === null ? undefined : plotted(Number(match[1]), text)
}

function numberIn(value: unknown, senml: boolean): PlottedNumber | undefined {
  if (typeof value === 'bigint') return plotted(Number(value))
  if (typeof value === 'number') return plotted(value)
  if (!senml || !Array.isArray(value) || value.length !== 1) return undefined
  const [record] = value as readonly unknown[]
  const number = labelled(record, 'v', 2)
  const unit = labelled(record, 'u', 1)
  if (typeof number !== 'number') return undefined
  return plotted(number, typeof unit === 'string' ? `${number} ${unit}` : undefined)
}

/** SenML has names in JSON, and numbers for them in CBOR (RFC 8428 6). */
function labelled(record: unknown, name: string, label: number): unknown {
  if (record instanceof Map) return record.get(label) ?? record.get(name)
  return typeof record === 'object' && record !== null ? (record as Record<string, unknown>)[name] : undefined
}

function plotted(value: number, text: string = String(value)): PlottedNumber | undefined {
  return Number.isFinite(value) ? { value, text: printable(text) } : undefined
}

function cborOf(payload: Uint8Array): unknown {
  try {
    return decodeCbor(payload, { indefiniteLengths: true })
  } catch {
    return undefined
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
