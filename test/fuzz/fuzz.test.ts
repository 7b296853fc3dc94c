// All that is kept is tried again, and some that is new; and the fuzzer finds what it shall find.
// `npm run fuzz -- --seconds 60` looks further.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { corpusOf, format, parse } from './corpus.ts'
import { attempt, Fuzzer } from './fuzzer.ts'
import { type Target, type Units, unitsOfText } from './target.ts'
import { targets } from './targets.ts'

for (const target of targets) {
  test(`${target.name}: every input that is kept goes well`, async () => {
    const kept = corpusOf(target)
    assert.ok(kept.length > 0)
    for (const input of kept) assert.equal((await attempt(target, input)).error, undefined, format(input, target))
  })

  test(`${target.name}: 300 inputs more go well`, async () => {
    const fuzzer = new Fuzzer(target, 1)
    const finding = await fuzzer.run(300)
    assert.equal(finding?.error, undefined, finding && format(finding.input, target))
    assert.equal(fuzzer.runs, 300)
    assert.ok(fuzzer.ways > 5)
  })
}

describe('the fuzzer', () => {
  const faulty = (wrong: (input: Units) => unknown): Target => ({
    name: 'faulty',
    units: 'bytes',
    seeds: () => [[1, 2, 3, 4, 5, 6]],
    words: [],
    run(input) {
      wrong(input)
      return String(input.length)
    },
  })

  test('finds an input that throws, and gives the smallest that does', async () => {
    const failure = new Error('a seven')
    const target = faulty((input) => {
      if (input.includes(7)) throw failure
    })
    const finding = await new Fuzzer(target, 1).run(10_000)
    assert.deepEqual([finding?.input, finding?.error], [[7], failure])
  })

  test('finds a promise that rejects where nobody looks', async () => {
    // In a process of its own: the test runner looks at such promises too.
    const output = await node(
      '--input-type=module',
      '--eval',
      `
      import { Fuzzer } from ${JSON.stringify(import.meta.resolve('./fuzzer.ts'))}
      const run = async (input) => {
        if (input.includes(7)) void Promise.reject(new Error('a seven'))
        return ''
      }
      const finding = await new Fuzzer({ name: 'faulty', units: 'bytes', seeds: () => [[1, 2, 3]], words: [], run }, 1).run(10_000)
      console.log(finding.input.join(), finding.error.message)
    `,
    )
    assert.equal(output, '7 a seven\n')
  })

  test('finds an input that takes too long', async () => {
    const target = faulty((input) => {
      const end = performance.now() + (input.includes(7) ? 25 : 0)
      while (performance.now() < end);
    })
    const finding = await new Fuzzer(target, 1, 20).run(10_000)
    assert.match(String(finding?.error), /takes longer than 20 ms/)
    assert.ok(finding?.input.includes(7))
  })

  test('keeps inputs that go a new way, to change them further', async () => {
    // Seven in a row are too many to be found by chance alone.
    const target: Target = {
      ...faulty(() => {}),
      run(input) {
        const right = input.findIndex((unit, at) => unit !== at + 10)
        assert.ok(right < 7)
        return String(right)
      },
    }
    assert.ok((await new Fuzzer(target, 1).run(100_000)) !== undefined)
  })

  test('does the same again with the same seed', async () => {
    const inputs = async (seed: number): Promise<string> => {
      let all = ''
      await new Fuzzer(
        faulty((input) => {
          all += input
        }),
        seed,
      ).run(500)
      return all
    }
    assert.equal(await inputs(3), await inputs(3))
    assert.notEqual(await inputs(3), await inputs(4))
  })

  test('writes an input as a line that is read as the same input', () => {
    for (const units of ['bytes', 'text'] as const) {
      const target = { ...faulty(() => {}), units }
      const input = units === 'text' ? unitsOfText('"\n\ud800é#') : [0, 255, 16]
      assert.deepEqual(parse(format(input, target), target), input)
    }
  })

  test('as a program says its seed and what each target has seen', async () => {
    const output = await node(join(import.meta.dirname, 'run.ts'), '--seconds', '0.6', '--seed', '5')
    assert.match(output, /^seed 5\n(?:\w+: \d+ inputs, which went \d+ ways: clean\n)+$/)
    for (const { name } of targets) assert.ok(output.includes(`\n${name}: `))
  })
})

function node(...options: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--conditions=@coapstone/source', ...options], (error, output) => {
      if (error === null) resolve(output)
      else reject(error)
    })
  })
}
