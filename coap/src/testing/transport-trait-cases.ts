// What only some transports can do, as cases of their conformance suite: prove who is there, go on from elsewhere, resume.

import { expect, expectRejection } from './conformance.ts'
import { type TransportPair, TransportRecorder } from './transport-pair.ts'

type Cases = Readonly<Record<string, (both: TransportPair) => Promise<void>>>

export const identityCases: Cases = {
  'the server knows who the client is, before anything of it is handed up': async (both) => {
    await both.open()
    await both.exchange(await both.connect())
    const identity = both.atServer.establishments[0]?.association.identity
    expect(identity !== undefined && both.needed('isClient')(identity), 'the identity of the client')
  },

  'who cannot prove who it is gets no association, on either side': async (both) => {
    await both.open()
    const { stranger } = both.bench
    if (stranger === undefined) throw new Error('the trait `identity` needs a `stranger` in the bench')
    const atStranger = new TransportRecorder(both.bench.pass, both.faults)
    await stranger.open(atStranger, both.bench.context)
    await expectRejection(both.passUntil(both.connecting(undefined, stranger)), 'COAP_SECURITY', 'connecting')
    expect(
      both.atServer.establishments.length === 0 && atStranger.establishments.length === 0,
      'nothing to be established',
    )
    await stranger.close()
  },
}

export const movesCases: Cases = {
  'an association goes on from another address, which is told once': async (both) => {
    await both.open()
    const association = await both.connect()
    const back = await both.exchange(association)
    const before = back.path
    both.needed('move')()
    const again = await both.exchange(association)
    expect(again === back, 'the same association')
    expect(back.path !== before && before.owner === undefined, 'another path, and the former one without an owner')
    const { moves } = both.atServer
    expect(moves.length === 1 && moves[0]?.association === back, 'moved to be told once')
    expect(moves[0]?.previous === before, 'with the path that it had')
    await both.exchange(association)
    expect(moves.length === 1, 'no further move')
  },
}

export const resumesCases: Cases = {
  'one that was lost is resumed by a new one, which names it': async (both) => {
    await both.open()
    const lost = await both.connect()
    const before = await both.exchange(lost)
    both.needed('lose')(lost)
    const resumed = await both.connect()
    expect(resumed !== lost, 'a new association')
    const after = await both.exchange(resumed)
    expect(both.atServer.resumed(after) === before, 'the server to name the association that is resumed')
    expect(both.atClient.resumed(resumed) === lost, 'the client to name it')
    expect(after.key !== before.key || after.epoch !== before.epoch, 'Message IDs of its own')
  },

  'the one that was resumed can end without harm to the new one': async (both) => {
    await both.open()
    const lost = await both.connect()
    const before = await both.exchange(lost)
    both.needed('lose')(lost)
    const resumed = await both.connect()
    const after = await both.exchange(resumed)
    both.server.disconnect(before)
    await both.passSome()
    expect((await both.exchange(resumed)) === after, 'the new one to go on')
    expect(both.atServer.moves.length === 0, 'nobody to have moved')
    expect(after.path.owner !== undefined, 'its path to have an owner')
  },
}
