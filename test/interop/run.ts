// The interop tests: each client with each server, case by case, and docs/interop.md from what came out.
// usage: node test/interop/run.ts [--among-peers] [--peer NAME] [--report FILE]
// --peer tries one of the others only, and makes no report.
// --among-peers tries the peers with each other instead of with us: what fails there too is not our fault.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { parseArgs } from 'node:util'
import { markGenerated } from '../docs/generated.ts'
import { type Case, type CaseId, cases } from './cases.ts'
import { negotiation } from './negotiation.ts'
import type { Peer, Reservations, RunningServer } from './peer.ts'
import { peers, subjects } from './peers.ts'
import { plugtestSection } from './plugtest-report.ts'
import { plugtestResults } from './plugtest-run.ts'
import { type Outcome, type Result, report } from './report.ts'
import { type Transfer, type TransferId, transfers } from './transfers.ts'
import { Wire } from './wire.ts'

const { values } = parseArgs({
  options: { 'among-peers': { type: 'boolean' }, peer: { type: 'string' }, report: { type: 'string' } },
})
const versions = new Map<string, string>()
const results: Result[] = []

const here = await installed(peers.filter(({ name }) => name === (values.peer ?? name)))
const ours = values['among-peers'] ? [] : await installed(subjects)
for (const client of values['among-peers'] ? here : ours) for (const server of here) pair(client, server)
for (const client of here) for (const server of ours) pair(client, server)
const plugtest = ours.length > 0 ? plugtestResults(versions) : []

after(() => {
  if (!values.report) return
  const page = `${report(ours, here, versions, results)}\n${plugtestSection(plugtest, versions)}\n`
  writeFileSync(values.report, markGenerated(page, 'npm run interop'))
})

async function installed(list: readonly Peer[]): Promise<readonly Peer[]> {
  const found: Peer[] = []
  for (const peer of list) {
    const version = await peer.version()
    if (version === undefined) missing(peer)
    else found.push(peer)
    if (version !== undefined) versions.set(peer.name, version)
  }
  return found
}

/** On a developer's machine a peer may be missing; in CI nothing is skipped. */
function missing(peer: Peer): void {
  const say = `${peer.name} IS NOT INSTALLED: run test/interop/install-peers.sh`
  test(say, { skip: process.env['CI'] === 'true' ? false : say }, () => assert.fail(say))
}

function pair(client: Peer, server: Peer): void {
  const title = `${client.name} ${versions.get(client.name)} asks ${server.name} ${versions.get(server.name)}`
  describe(title, { concurrency: 4 }, () => {
    const running = new Map<number | undefined, Promise<RunningServer>>()
    const started = (blockSize: number | undefined) => {
      const found = running.get(blockSize) ?? server.server.start(blockSize)
      running.set(blockSize, found)
      return found
    }
    after(async () => {
      await client.client.close?.()
      for (const each of running.values()) await (await each).stop()
    })
    for (const each of [...cases, ...negotiation, ...transfers]) {
      const why = reason(each.id, 'cannot', client, server)
      const fault = reason(each.id, 'faults', client, server)
      const result: Result = { client: client.name, server: server.name, case: each.id, outcome: 'failed' }
      results.push(result)
      if (why) {
        settle(result, 'cannot', why)
        continue
      }
      test(fault ? `${each.title} (known fault: ${fault})` : each.title, async () => {
        const failure = await attempt(
          each,
          client,
          await started('serverBlockSize' in each ? each.serverBlockSize : undefined),
        )
        settle(result, failure ? (fault ? 'fault' : 'failed') : 'passed', failure && fault)
        if (!fault && failure) throw failure
        // A peer that checks less than we do gets along with more.
        assert.ok(!fault || failure || values['among-peers'], 'it works: take the fault out of the list')
      })
    }
  })
}

function reason(id: CaseId | TransferId, kind: keyof Reservations, client: Peer, server: Peer): string | undefined {
  const ofClient = client.client[kind][id]
  const ofServer = server.server[kind][id]
  return ofClient ? `${client.name}: ${ofClient}` : ofServer && `${server.name}: ${ofServer}`
}

function settle(result: Result, outcome: Outcome, note: string | undefined): void {
  result.outcome = outcome
  if (note) result.note = note
}

/** What went wrong, `undefined` when nothing did. */
async function attempt(each: Case | Transfer, client: Peer, server: RunningServer): Promise<Error | undefined> {
  const wire = await Wire.to(server.port)
  const uri = (path: string) => `coap://127.0.0.1:${wire.port}${path}`
  try {
    await each.run({ client: client.client, resources: server.resources, wire, uri, patience: 3 })
    assert.deepEqual(wire.malformed, [])
    return undefined
  } catch (failure) {
    return new Error(`${failure}\n${wire.describe()}`, { cause: failure })
  } finally {
    wire.close()
  }
}
