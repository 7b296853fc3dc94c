// examples/greenhouse: sensors, valve, camera, firmware.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { inflateSync } from 'node:zlib'
import { Code, ContentFormat, options, Router } from 'coapstone'
import type { Clock } from '../../examples/clock/clock.ts'
import { greenhouse } from '../../examples/greenhouse/greenhouse.ts'
import { Simulation } from '../../examples/greenhouse/simulation.ts'
import { Served } from './served.ts'

const day = 120_000
const mounted = (clock: Clock) => new Router().mount('/greenhouse', greenhouse(clock))

async function readings(served: Served, path: string, count: number): Promise<number[]> {
  const values: number[] = []
  for await (const response of served.client.observe(served.uri(path))) {
    values.push(Number(await response.body.text()))
    if (values.length === count) break
    served.clock.pass(1000)
  }
  return values
}

test('sensors are numbers as text, JSON or CBOR', async () => {
  await using served = await Served.with(mounted)
  for (const sensor of ['temperature', 'humidity', 'light']) {
    const path = `/greenhouse/${sensor}`
    const value = Number(await served.text(path))
    assert.ok(Number.isFinite(value))
    assert.equal(await (await served.get(path, { accept: ContentFormat.json })).body.json(), value)
    assert.equal(await (await served.get(path, { accept: ContentFormat.cbor })).body.cbor(), value)
    assert.equal((await served.get(path, { accept: ContentFormat.xml })).code, Code.NotAcceptable)
  }
})

test('a day warms it up and lets it cool down, the same way each time', async () => {
  const run = async () => {
    await using served = await Served.with(mounted)
    return await readings(served, '/greenhouse/temperature', 40)
  }
  const first = await run()
  assert.deepEqual(await run(), first)
  assert.ok((first.at(-1) as number) - (first[0] as number) > 5, String(first))
})

test('another seed is another weather', () => {
  const hourly = (seed: number) => {
    const simulation = new Simulation(seed)
    return Array.from({ length: 20 }, () => {
      simulation.pass(0.5)
      return simulation.light
    })
  }
  assert.notDeepEqual(hourly(1), hourly(2))
  assert.deepEqual(hourly(1), hourly(1))
})

test('at night it is dark, and what is read stays within what can be', () => {
  for (let seed = 0; seed < 50; seed++) {
    const simulation = new Simulation(seed)
    simulation.valve = seed % 2 === 0 ? 0 : 100
    for (let step = 0; step < 240; step++) {
      simulation.pass(0.2)
      const { hour, light, temperature, humidity } = simulation
      assert.ok(hour >= 0 && hour < 24)
      assert.ok(hour > 6 && hour < 18 ? light >= 0 && light <= 60_000 : light === 0, `${light} lux at ${hour}`)
      assert.ok(
        temperature > 0 && temperature < 40 && humidity >= 20 && humidity <= 100,
        `${temperature} °C, ${humidity} %`,
      )
    }
  }
})

test('the valve is put, who observes it is told, and the air gets damp', async () => {
  await using served = await Served.with(mounted)
  const valve = '/greenhouse/valve'
  const seen: string[] = []
  for await (const response of served.client.observe(served.uri(valve))) {
    seen.push(await response.body.text())
    if (seen.length === 3) break
    const body = seen.length === 1 ? { body: '80' } : { cbor: 35 }
    assert.equal((await served.client.put(served.uri(valve), body)).code, Code.Changed)
  }
  assert.deepEqual(seen, ['0', '80', '35'])
  await served.put(valve, '100')
  const before = Number(await served.text('/greenhouse/humidity'))
  served.clock.pass(10_000)
  assert.ok(Number(await served.text('/greenhouse/humidity')) > before)
})

test('the valve refuses what is no opening, with problem details', async () => {
  await using served = await Served.with(mounted)
  for (const percent of ['101', '-1', 'wide']) {
    const response = await served.put('/greenhouse/valve', percent)
    assert.deepEqual([response.code, response.contentFormat], [Code.UnprocessableEntity, ContentFormat.problemDetails])
  }
  assert.equal(await served.text('/greenhouse/valve'), '0')
})

test('the camera gives a picture of 200 kB, the same for five seconds', async () => {
  await using served = await Served.with(mounted)
  const picture = async () => {
    const response = await served.get('/greenhouse/camera')
    assert.deepEqual([response.code, response.contentFormat], [Code.Content, 23])
    return { bytes: response.payload, tag: response.options.get(options.ETag) }
  }
  const first = await picture()
  assert.ok(Math.abs(first.bytes.length - 200_000) < 1000, String(first.bytes.length))
  served.clock.pass(4999)
  assert.deepEqual(await picture(), first)
  served.clock.pass(day / 4)
  const later = await picture()
  assert.notDeepEqual(later.tag, first.tag)
  assert.notDeepEqual(later.bytes, first.bytes)
})

test('what the camera gives is a PNG', async () => {
  await using served = await Served.with(mounted)
  const bytes = Buffer.from((await served.get('/greenhouse/camera')).payload)
  assert.equal(bytes.toString('latin1', 0, 8), '\x89PNG\r\n\x1a\n')
  const width = bytes.readUInt32BE(16)
  const height = bytes.readUInt32BE(20)
  const pixels = inflateSync(bytes.subarray(41, 41 + bytes.readUInt32BE(33)))
  assert.deepEqual([bytes.toString('latin1', 37, 41), pixels.length], ['IDAT', height * (1 + 3 * width)])
})

test('firmware is read as it comes, and who observes sees how far it is', async () => {
  await using served = await Served.with(mounted)
  const path = '/greenhouse/firmware'
  const image = Buffer.alloc(100_000, 'firmware')
  const sha256 = createHash('sha256').update(image).digest('hex')
  let upload: Promise<unknown> | undefined
  const states: Record<string, unknown>[] = []
  for await (const response of served.client.observe(served.uri(path))) {
    const state = (await response.body.json()) as Record<string, unknown>
    states.push(state)
    upload ??= served.put(path, image)
    if (state['state'] === 'installed') break
  }
  await upload
  assert.deepEqual(states[0], { state: 'never replaced', received: 0 })
  assert.deepEqual(states.at(-1), { state: 'installed', received: 100_000, size: 100_000, sha256 })
  assert.ok(
    states.some(({ state, received }) => state === 'receiving' && (received as number) > 0),
    JSON.stringify(states),
  )
})
