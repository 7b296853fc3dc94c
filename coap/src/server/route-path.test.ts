import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Params, parseRoutePath } from './route-path.ts'

test('a path is segments as a URI has them, with names for what varies', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['/', []],
    ['/lights', ['lights']],
    ['/lights/', ['lights', '']],
    ['/a//b', ['a', '', 'b']],
    ['/lights/:id/state', ['lights', 'parameter id', 'state']],
    ['/files/*rest', ['files', 'rest rest']],
    ['/*all', ['rest all']],
    ['/a:b/c*', ['a:b', 'c*']],
    ['/%3Aid/%2aall', [':id', '*all']],
    ['/a%2Fb', ['a/b']],
    ['/T%C3%BCren', ['Türen']],
    ['/Türen/°C', ['Türen', '°C']],
  ]
  for (const [path, expected] of cases) {
    const segments = parseRoutePath(path).map(({ kind, text }) => (kind === 'static' ? text : `${kind} ${text}`))
    assert.deepEqual(segments, expected, path)
  }
})

test('what no request can ask for is refused with what was expected', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /'' is no path of a route: expected a slash at its beginning/],
    ['lights', /expected a slash at its beginning, as in '\/lights\/:id'/],
    ['/:', /expected a name of letters, digits and '_' after ':', not ''/],
    ['/:a-b', /not 'a-b' \(a segment that begins so is written %3A\)/],
    ['/*', /after '\*', not ''/],
    ['/*rest/more', /expected '\*' only in the last segment/],
    ['/:id/:id', /expected each name once, not 'id' twice/],
    ['/time?unit=s', /expected no '\?': a handler looks at request.query itself/],
    ['/time#now', /expected no '#'/],
    ['/a/../b', /expected a segment that can be asked for, not '\.\.'/],
    ['/%2E', /expected a segment that can be asked for, not '\.'/],
    ['/a%4', /expected two hexadecimal digits after '%'/],
    ['/%FF', /expected UTF-8 in a path segment/],
    ['/a b', /expected a path segment/],
    ['/\ud800', /expected well-formed Unicode/],
    [`/${'ü'.repeat(128)}`, /expected segments of at most 255 bytes/],
  ]
  for (const [path, message] of cases) assert.throws(() => parseRoutePath(path), { code: 'COAP_USAGE', message }, path)
})

test('the names in a path are the names of its parameters, in types too', () => {
  const one: Params<'/lights/:id'> = { id: '7' }
  const several: Params<'/:building/rooms/:room/*rest'> = { building: 'a', room: '1', rest: ['x'] }
  const none: keyof Params<'/a:b/c'> extends never ? true : false = true
  const unknown: Params<string> = { whatever: 'x' }
  // @ts-expect-error: no such parameter
  const wrong: Params<'/lights/:id'> = { name: '7' }
  assert.ok(one && several && none && unknown && wrong)
})
