// Observations that last, in 150 worlds; `npm run simulate -- --durable --seeds 10000` looks further.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulateDurable } from './durable-observation.ts'

test('in the end each observer has the last state or knows that it ended, whatever happened, and nothing stays', async () => {
  const all = { notification: 0, stale: 0, 're-registered': 0, moved: 0, ended: 0 }
  for (let seed = 0; seed < 150; seed++) {
    const { broken, told } = await simulateDurable(seed)
    assert.deepEqual(broken, [], `npm run simulate -- --durable --seeds 1 --from ${seed}`)
    for (const [type, count] of Object.entries(told)) all[type as keyof typeof all] += count
  }
  for (const [type, count] of Object.entries(all))
    assert(count > 20, `${count} times ${type}: these worlds are too quiet`)
})
