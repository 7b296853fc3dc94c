import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../errors.ts'
import {
  exchangeLifetime,
  maxTransmitSpan,
  maxTransmitWait,
  narrow,
  nonLifetime,
  type Transmission,
  transmissionDefaults,
} from './transmission.ts'

test('the defaults are those of RFC 7252 4.8', () => {
  const { ackTimeout, ackRandomFactor, maxRetransmit, nstart, probingRate } = transmissionDefaults
  assert.deepEqual([ackTimeout, ackRandomFactor, maxRetransmit, nstart, probingRate], [2000, 1.5, 4, 1, 1])
  assert.deepEqual([transmissionDefaults.maxLatency, transmissionDefaults.processingDelay], [100_000, 2000])
})

test('the derived times of the defaults are those of RFC 7252 4.8.2', () => {
  const times = [maxTransmitSpan, maxTransmitWait, exchangeLifetime, nonLifetime].map((of) => of(transmissionDefaults))
  assert.deepEqual(times, [45_000, 93_000, 247_000, 145_000])
})

test('the derived times follow the parameters', () => {
  const slow = narrow(transmissionDefaults, { ackTimeout: 10_000, ackRandomFactor: 1, maxRetransmit: 2 })
  assert.deepEqual([maxTransmitSpan(slow), maxTransmitWait(slow)], [30_000, 70_000])
  assert.deepEqual([exchangeLifetime(slow), nonLifetime(slow)], [232_000, 130_000])
})

test('what a narrower scope leaves out comes from the wider one', () => {
  const endpoint = narrow(transmissionDefaults, { ackTimeout: 3000, nstart: 4 })
  const request = narrow(endpoint, { ackTimeout: 5000 })
  assert.deepEqual(request, { ...transmissionDefaults, ackTimeout: 5000, nstart: 4 })
  assert.equal(narrow(request, undefined), request)
})

test('values that no protocol run can use are the mistake of the caller', () => {
  const refused: Transmission[] = [
    { ackTimeout: 0 },
    { ackTimeout: Number.NaN },
    { ackTimeout: Number.POSITIVE_INFINITY },
    { ackRandomFactor: 0.99 },
    { maxRetransmit: -1 },
    { maxRetransmit: 2.5 },
    { maxRetransmit: 50 },
    { nstart: 0 },
    { nstart: 1.5 },
    { probingRate: -1 },
    { responseTimeout: -1 },
    { congestion: 'none' } as unknown as Transmission,
  ]
  for (const transmission of refused)
    assert.throws(() => narrow(transmissionDefaults, transmission), UsageError, JSON.stringify(transmission))
})

test('an unknown parameter is named, with those that there are', () => {
  const misspelt = { ackTimeOut: 1 } as Transmission
  assert.throws(() => narrow(transmissionDefaults, misspelt), /'ackTimeOut' is no transmission parameter.*ackTimeout/)
})
