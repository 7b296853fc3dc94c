// Whatever happens in whatever order, a cache gives nothing that its server has not answered for this long, and nothing from before a
// change that its client has made.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Response } from '../../coap/src/handler/response.ts'
import { Code } from '../../coap/src/message/code.ts'
import { ETag, MaxAge } from '../../coap/src/message/option.ts'
import { response, seconds, text, world } from './world.ts'

const longest = 60
const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ do: 'get' } as const) },
  { weight: 2, arbitrary: fc.constant({ do: 'get slowly' } as const) },
  { weight: 2, arbitrary: fc.constant({ do: 'answer' } as const) },
  { weight: 1, arbitrary: fc.constant({ do: 'put' } as const) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('change' as const), state: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('keep' as const), maxAge: fc.constantFrom(0, 5, longest) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.nat(longest) }) },
)

test('what comes from a cache was true within its Max-Age, and since the last change of its own client', async () => {
  let given = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const states: { readonly time: number; readonly state: number }[] = [{ time: 0, state: 0 }]
      const held: (() => void)[] = []
      const reading: Promise<void>[] = []
      let maxAge = longest
      let slowly = false
      let changed = 0
      let lastAnswer = 0

      const { ask, context } = world((request) => {
        if (request.code === Code.PUT) {
          become((states.at(-1)?.state ?? 0) + 1)
          return response(Code.Changed)
        }
        const { state } = states.at(-1) as (typeof states)[number]
        const tag = Uint8Array.of(state % 3)
        const known = request.options.getAll(ETag).some((each) => each[0] === tag[0])
        const answer = known
          ? response(Code.Valid, [ETag, tag], [MaxAge, maxAge])
          : text(String(state % 3), [ETag, tag], [MaxAge, maxAge])
        if (!slowly) return answer
        return new Promise<Response>((resolve) => held.push(() => resolve(answer)))
      })
      const become = (state: number): void => {
        states.push({ time: context.clock.now(), state })
      }
      const read = async (): Promise<void> => {
        const begun = context.clock.now()
        const answer = await ask()
        if (answer.age === undefined) {
          // Asked: what was true when it was asked, or later.
          lastAnswer = Math.max(lastAnswer, context.clock.now() - begun)
          assert.ok(wasTrue(answer, begun))
          return
        }
        given++
        assert.ok(answer.age + (answer.options.get(MaxAge) ?? longest) <= longest)
        assert.ok(wasTrue(answer, Math.max(changed, context.clock.now() - longest * seconds - lastAnswer)))
      }
      const wasTrue = ({ payload }: Response, since: number): boolean => {
        const content = new TextDecoder().decode(payload)
        return states.some(({ state }, index) => {
          const until = states[index + 1]?.time ?? Number.POSITIVE_INFINITY
          return String(state % 3) === content && until > since
        })
      }

      for (const each of steps) {
        slowly = each.do === 'get slowly'
        if (each.do === 'get') await read()
        else if (each.do === 'get slowly') reading.push(read())
        else if (each.do === 'answer') held.shift()?.()
        else if (each.do === 'change') become(each.state)
        else if (each.do === 'keep') maxAge = each.maxAge
        else if (each.do === 'wait') await context.clock.advance(each.time * seconds)
        else {
          await ask({ code: Code.PUT })
          changed = context.clock.now()
        }
        await context.clock.advance(1)
      }
      for (const answer of held) answer()
      await Promise.all(reading)
    }),
    { numRuns: 500 },
  )
  assert.ok(given > 500, `the cache was of use ${given} times only`)
})
