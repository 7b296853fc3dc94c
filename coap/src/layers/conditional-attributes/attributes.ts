// The conditional query parameters of draft-ietf-core-conditional-attributes-12, section 3: what a client writes into its query, and what
// a server reads there.

import { UsageError } from '../../errors.ts'

/** Of which changes a client wants to be told, and how often. Periods are seconds, greater than 0, also fractions. */
export interface ConditionalAttributes {
  /** c.pmin: from one notification to the next at least so long. */
  readonly pmin?: number
  /** c.pmax: at most so long, whether anything has changed or not. */
  readonly pmax?: number
  /** c.epmin: the server need not look at the state more often. */
  readonly epmin?: number
  /** c.epmax: it looks at least as often. Greater than `epmin`. */
  readonly epmax?: number
  /** c.con: notifications are Confirmable. */
  readonly con?: boolean
  /** c.gt: when the value comes to be greater than this, or no longer is. */
  readonly gt?: number
  /** c.lt: when it comes to be less than this, or no longer is. */
  readonly lt?: number
  /** c.st: when it differs by so much from the one that was told last. Greater than 0. */
  readonly st?: number
  /** c.band: `gt` and `lt` are the bounds of values of each of which the client is told. */
  readonly band?: boolean
  /** c.edge: when a state that is true or false becomes so. */
  readonly edge?: boolean
}

/** Why a query is answered with 4.00. */
export interface AttributeFault {
  readonly fault: string
}

const periods = ['pmin', 'pmax', 'epmin', 'epmax'] as const
const numbers = [...periods, 'gt', 'lt', 'st'] as const
const booleans = ['con', 'edge'] as const

/**
 * The attributes as arguments of a query: `client.observe(url, { query: conditionalAttributes({ gt: 20, pmin: 10 }) })`. Throws a
 * `UsageError` for what the draft does not allow.
 */
export function conditionalAttributes(attributes: ConditionalAttributes): string[] {
  const query: string[] = []
  for (const name of numbers) {
    const value = attributes[name]
    if (value === undefined) continue
    if (!Number.isFinite(value)) throw new UsageError(`${name} is a number, not ${value}`)
    query.push(`c.${name}=${decimalOf(value)}`)
  }
  for (const name of booleans) {
    const value = attributes[name]
    if (value !== undefined) query.push(`c.${name}=${value ? 1 : 0}`)
  }
  if (attributes.band === true) query.push('c.band')
  const known: readonly string[] = [...numbers, ...booleans, 'band']
  const strange = Object.keys(attributes).find((name) => !known.includes(name))
  if (strange !== undefined) throw new UsageError(`'${strange}' is no attribute: expected ${known.join(', ')}`)
  const fault = faultOf(attributes)
  if (fault !== undefined) throw new UsageError(fault)
  return query
}

/** What a query says; undefined if nothing of it is conditional. Other arguments, and names that nobody has defined, are left alone. */
export function readAttributes(query: readonly string[]): ConditionalAttributes | AttributeFault | undefined {
  const found: Record<string, number | boolean> = {}
  let any = false
  for (const argument of query) {
    const [, name, , text] = /^c\.(\w+)(=(.*))?$/su.exec(argument) ?? []
    if (name === undefined || !(isNumber(name) || isBoolean(name) || name === 'band')) continue
    if (name in found) return { fault: `c.${name} stands there twice` }
    const value = name === 'band' ? text === undefined || undefined : read(name, text)
    if (value === undefined) return { fault: `c.${name} takes ${kindOf(name)}` }
    found[name] = value
    any = true
  }
  if (!any) return undefined
  const fault = faultOf(found)
  return fault === undefined ? found : { fault }
}

/** What its type cannot say (3.5, 3.6). */
function faultOf(attributes: ConditionalAttributes): string | undefined {
  for (const name of [...periods, 'st'] as const) {
    const value = attributes[name]
    if (value !== undefined && value <= 0) return `c.${name} is greater than 0`
  }
  const { pmin, pmax, epmin, epmax, gt, lt, band } = attributes
  if (pmin !== undefined && pmax !== undefined && pmax < pmin) return 'c.pmax is at least c.pmin'
  if (epmin !== undefined && epmax !== undefined && epmax <= epmin) return 'c.epmax is greater than c.epmin'
  if (band === true && gt === undefined && lt === undefined) return 'c.band needs c.gt or c.lt'
  return undefined
}

/** xs:decimal and xs:boolean; also in quotation marks, as some of the draft's figures have them. */
function read(name: string, text: string | undefined): number | boolean | undefined {
  if (text === undefined) return undefined
  const bare = /^"(.*)"$/su.exec(text)?.[1] ?? text
  if (isNumber(name)) return /^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(bare) ? Number(bare) : undefined
  return bare === '1' || bare === 'true' ? true : bare === '0' || bare === 'false' ? false : undefined
}

function isNumber(name: string): boolean {
  return (numbers as readonly string[]).includes(name)
}

function isBoolean(name: string): boolean {
  return (booleans as readonly string[]).includes(name)
}

function kindOf(name: string): string {
  return isNumber(name) ? 'a decimal number' : isBoolean(name) ? '0 or 1' : 'no value'
}

/** xs:decimal has no exponents. */
function decimalOf(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  return Math.abs(value) < 1 ? value.toFixed(20).replace(/0+$/, '') : BigInt(value).toString()
}
