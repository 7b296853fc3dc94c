// The resources of a world's servers: /r0 and /r1, which any method reaches and which can be observed. How a request is dealt with is in
// the action that asked.

import type { Context } from '../../coap/src/context/context.ts'
import { Timer } from '../../coap/src/context/timer.ts'
import type { Request } from '../../coap/src/handler/request.ts'
import { Response, ResponseError } from '../../coap/src/handler/response.ts'
import { Subject } from '../../coap/src/handler/subject.ts'
import { Code } from '../../coap/src/message/code.ts'
import { codeOf, type ExchangeOracle, nonceOf } from './exchange-oracle.ts'
import type { Life } from './life.ts'
import type { ObserveOracle } from './observe-oracle.ts'
import { type Action, type ChangeAction, type ObserveAction, type RequestAction, resourcesPerServer } from './world.ts'

export interface ApplicationInit {
  readonly life: Life
  readonly context: Context
  readonly actions: ReadonlyMap<number, Action>
  readonly exchanges: ExchangeOracle
  readonly observations: ObserveOracle
}

export class Application {
  readonly #init: ApplicationInit
  readonly #subjects: readonly Subject[] = Array.from({ length: resourcesPerServer }, () => new Subject())

  constructor(init: ApplicationInit) {
    this.#init = init
  }

  readonly handle = (request: Request): Response | Promise<Response> => {
    const { actions, exchanges, life, context } = this.#init
    const text = exchanges.runs(request, life, context.now())
    const action = actions.get(nonceOf(request) as number) as RequestAction | ObserveAction
    const { ending } = action.handling
    if (ending === 'throw') return this.#later(action, () => fail(new Error('a handler that fails')))
    if (ending === 'nothing') return this.#later(action, () => Response.none)
    if (ending === 'error')
      return this.#later(action, () => fail(new ResponseError(Response.diagnostic(Code.Conflict, text))))
    if (action.kind === 'observe') return this.#show(action)
    return this.#later(action, () => Response.of(codeOf(action, ending) as Code, text))
  }

  change({ resource, how }: ChangeAction): void {
    const { observations, life } = this.#init
    const subject = this.#subjects[resource] as Subject
    observations.changes(life, resource, how === 'gone')
    if (how === 'gone') subject.gone()
    else if (how === 'ask') subject.changed()
    else subject.changed(Response.text(observations.stateOf(life, resource) as string))
  }

  /** The state as it is now, even if the answer comes later. */
  #show(action: ObserveAction): Response | Promise<Response> {
    const { observations, life } = this.#init
    const state = observations.stateOf(life, action.resource)
    return this.#later(action, () =>
      state === undefined
        ? Response.of(Code.NotFound)
        : Response.text(state).observing(this.#subjects[action.resource] as Subject, () => this.#show(action)),
    )
  }

  #later({ handling: { delay } }: RequestAction | ObserveAction, answer: () => Response): Response | Promise<Response> {
    if (delay === undefined) return answer()
    return new Promise((resolve, reject) => {
      const deed = (): void => {
        try {
          resolve(answer())
        } catch (error) {
          reject(error)
        }
      }
      if (delay === 0) deed()
      else this.#init.context.timers.arm(new Timer(deed), delay)
    })
  }
}

function fail(error: Error): never {
  throw error
}
