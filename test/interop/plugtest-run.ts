// Tries each test resource of examples/plugtest with each of the other clients.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type PlugtestCase, plugtestCases } from './plugtest-cases.ts'
import { type PlugtestClient, plugtestClients } from './plugtest-clients.ts'
import type { PlugtestResult } from './plugtest-report.ts'
import { startPlugtest } from './plugtest-server.ts'
import { Wire } from './wire.ts'

/** Registers the tests of the clients that are installed, which is to say have a version; results are there once they have run. */
export function plugtestResults(versions: ReadonlyMap<string, string>): readonly PlugtestResult[] {
  const results: PlugtestResult[] = []
  for (const client of plugtestClients) {
    const { name } = client.peer
    if (!versions.has(name)) continue
    describe(`${name} ${versions.get(name)} asks the test resources`, { concurrency: 4 }, () => {
      for (const each of plugtestCases) results.push(tried(each, client))
    })
  }
  return results
}

function tried(each: PlugtestCase, client: PlugtestClient): PlugtestResult {
  const { name } = client.peer
  const cannot = client.cannot[each.id]
  const fault = client.faults[each.id]
  const result: PlugtestResult = { client: name, case: each.id, outcome: cannot === undefined ? 'failed' : 'cannot' }
  if (cannot !== undefined) result.note = `${name}: ${cannot}`
  if (cannot !== undefined) return result
  const title = `${each.resources}: ${each.title}`
  test(fault === undefined ? title : `${title} (known fault: ${fault})`, async () => {
    const failure = await attempt(each, client)
    result.outcome = failure === undefined ? 'passed' : fault === undefined ? 'failed' : 'fault'
    if (fault !== undefined && failure !== undefined) result.note = `${name}: ${fault}`
    if (fault === undefined && failure !== undefined) throw failure
    assert.ok(fault === undefined || failure !== undefined, 'it works: take the fault out of the list')
  })
  return result
}

/** What went wrong, `undefined` when nothing did. */
async function attempt(each: PlugtestCase, client: PlugtestClient): Promise<Error | undefined> {
  const server = await startPlugtest()
  const wire = await Wire.to(server.port)
  const uri = (path: string) => `coap://127.0.0.1:${wire.port}${path}`
  try {
    await each.run({
      wire,
      server,
      ask: (path, asking = {}) => client.ask(uri(path), asking),
      observe: (path, count, seconds, asking) => client.observe(uri(path), count, seconds, asking),
    })
    assert.deepEqual(wire.malformed, [])
    return undefined
  } catch (failure) {
    return failure instanceof Error ? failure : new Error(String(failure))
  } finally {
    wire.close()
    await server.stop()
  }
}
