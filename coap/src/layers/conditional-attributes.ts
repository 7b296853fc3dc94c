// Conditional attributes (draft-ietf-core-conditional-attributes-12): a client that observes says in its query of which changes it wants
// to be told, and how often. As a layer for any route whose state is a number or a boolean.

import { UsageError } from '../errors.ts'
import { after, type Layer } from '../handler/handler.ts'
import type { Request } from '../handler/request.ts'
import { type Change, type Conditions, Response } from '../handler/response.ts'
import { Code } from '../message/code.ts'
import { maxAgeOf } from '../message/max-age.ts'
import { MaxAge } from '../message/option.ts'
import { AttributeCondition, truthOf } from './conditional-attributes/attribute-condition.ts'
import { type ConditionalAttributes, readAttributes } from './conditional-attributes/attributes.ts'
import { scalarOf, type Value } from './conditional-attributes/value.ts'

export interface ConditionalNotificationOptions {
  /**
   * Seconds: who wants to be told more often than this, changed or not (c.pmax, c.epmax), is not observed, but answered once: such
   * requests in the name of somebody else would flood them (draft, 5). Default 1.
   */
  readonly shortest?: number
  /** Finds the value in a representation; undefined: there is none. By itself it reads a number or boolean as text, JSON or CBOR. */
  readonly value?: (response: Response) => number | boolean | undefined
}

export const conditionalNotificationDefaults: { readonly shortest: number } = { shortest: 1 }

/**
 * Tells observers only what the `c.` arguments of their query ask for. Arguments that contradict each other or have a value of another type
 * get 4.00, and so does a question for numbers where there are none.
 */
export function conditionalNotifications(options: ConditionalNotificationOptions = {}): Layer {
  const { shortest, value = scalarOf } = { ...conditionalNotificationDefaults, ...options }
  if (!(shortest >= 0)) throw new UsageError(`shortest is a number of seconds, 0 or more, not ${shortest}`)
  const plans = new Plans()
  return (next) => (request) => {
    const plan = plans.of(request)
    if (plan === undefined) return next(request)
    if (plan.fault !== undefined) return Response.diagnostic(Code.BadRequest, plan.fault)
    if (!request.observes) return next(request)
    return after(next(request), (response) => {
      if (!response.ok || response.observed === undefined) return response
      if (Math.min(plan.attributes.pmax ?? shortest, plan.attributes.epmax ?? shortest) < shortest)
        return response.unobserved()
      const unsuited = response.code === Code.Valid ? undefined : unsuitedTo(plan.attributes, value(response))
      if (unsuited !== undefined) return Response.diagnostic(Code.BadRequest, unsuited)
      // A copy: its handler may have given the same one to others.
      return response.with({}).map(plan.change).notifiedIf(plan.conditions(response, value))
    })
  }
}

/** What a query asks for; shared by all who ask for the same. */
class Plan {
  readonly attributes: ConditionalAttributes
  readonly fault: string | undefined
  /** A state is fresh for no longer than until the next one comes (draft, 4). */
  readonly change: Change

  constructor(attributes: ConditionalAttributes, fault?: string) {
    this.attributes = attributes
    this.fault = fault
    const most = Math.floor(attributes.pmax ?? Number.POSITIVE_INFINITY)
    this.change = (response) => {
      if (!response.ok || maxAgeOf(response.options) <= most) return response
      return response.with({ options: response.options.clone().set(MaxAge, most) })
    }
  }

  conditions(first: Response, reading: (response: Response) => Value): Conditions {
    const { attributes } = this
    return {
      begin: (_, now) => new AttributeCondition(attributes, reading, first, now),
      spacing: (attributes.epmin ?? 0) * 1000,
      ...(attributes.con === true && { confirmable: true }),
    }
  }
}

/** The plans that were asked for last: many who observe ask for the same. */
class Plans {
  readonly #byQuery = new Map<string, Plan>()

  of({ query }: Request): Plan | undefined {
    const conditional = query.filter((argument) => argument.startsWith('c.'))
    if (conditional.length === 0) return undefined
    const key = conditional.join('&')
    const known = this.#byQuery.get(key)
    if (known !== undefined) return known
    const read = readAttributes(conditional)
    if (read === undefined) return undefined
    const plan = 'fault' in read ? new Plan({}, read.fault) : new Plan(read)
    if (this.#byQuery.size >= mostPlans) this.#byQuery.clear()
    this.#byQuery.set(key, plan)
    return plan
  }
}

const mostPlans = 256

function unsuitedTo({ gt, lt, st, edge }: ConditionalAttributes, value: Value): string | undefined {
  if ((gt ?? lt ?? st) !== undefined && typeof value !== 'number') return 'c.gt, c.lt and c.st are for numbers only'
  if (edge !== undefined && truthOf(value) === undefined) return 'c.edge is for what is true or false only'
  return undefined
}
