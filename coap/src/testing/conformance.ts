// What conformance suites share: they run anywhere, so they bring their own way to expect something and to wait for it.

/** One sentence about behaviour, and what throws if it is not so. Give both to a test runner. */
export interface ConformanceCase {
  readonly name: string
  run(): Promise<void>
}

export function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`expected ${what}`)
}

export function expectBytes(actual: Uint8Array | undefined, expected: Uint8Array, what: string): void {
  const same =
    actual !== undefined && actual.length === expected.length && actual.every((byte, at) => byte === expected[at])
  expect(same, `${what}: ${show(expected)}, not ${show(actual)}`)
}

export async function expectRejection(promise: Promise<unknown>, code: string, what: string): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(hasCode(error, code), `${what} to be rejected with ${code}, not ${String(error)}`)
}

export function expectThrow(deed: () => unknown, code: string, what: string): void {
  try {
    deed()
  } catch (error) {
    expect(hasCode(error, code), `${what} to throw ${code}, not ${String(error)}`)
    return
  }
  throw new Error(`expected ${what} to throw ${code}`)
}

/** Lets time pass until it is so; an error if it never is. */
export async function eventually(pass: () => Promise<void>, holds: () => boolean, what: string): Promise<void> {
  for (let round = 0; round < mostRounds && !holds(); round++) await pass()
  expect(holds(), what)
}

const mostRounds = 500

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function show(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return 'nothing'
  const hex = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return bytes.length > 16 ? `${bytes.length} bytes ${hex}…` : `'${hex}'`
}
