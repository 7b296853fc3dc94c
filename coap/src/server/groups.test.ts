import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Code } from '../message/code.ts'
import { UriPath } from '../message/option.ts'
import { Options } from '../message/options.ts'
import { createContext } from '../testing/context.ts'
import { groupsOf } from './groups.ts'
import { Router } from './router.ts'
import { linksOf } from './well-known-core.ts'

describe('a router is asked by a group', () => {
  const inner = new Router().get('/on', () => Response.text('inner'), { group: true })
  const router = new Router()
    .get('/light', () => Response.text('on'), { group: true, rt: 'light' })
    .put('/light', () => Response.of(Code.Changed))
    .mount('/inner', inner)
    .mount('/function', () => Response.text('function'))
  const handler = router.handlerOn(createContext(1))
  const ask = async (path: string, code: Code, multicast: boolean): Promise<Code> => {
    const options = new Options()
    for (const segment of path.split('/')) options.add(UriPath, segment)
    return (await handler(new Request({ code, options, multicast }))).code
  }

  test('for the routes that say so, and for no other (RFC 7252 11.3)', async () => {
    assert.equal(await ask('light', Code.GET, true), Code.Content)
    assert.equal(await ask('inner/on', Code.GET, true), Code.Content)
    assert.equal(await ask('light', Code.PUT, true), Code.Empty)
    assert.equal(await ask('function', Code.GET, true), Code.Empty)
    assert.equal(await ask('light', Code.PUT, false), Code.Changed)
    assert.equal(await ask('function', Code.GET, false), Code.Content)
  })

  test('which is nothing that its links tell', () => {
    const [link] = linksOf(router.routes)
    assert.deepEqual(
      link?.attributes.map(({ name }) => name),
      ['rt'],
    )
  })
})

describe('a server is a member', () => {
  const at = (host: string, port = 5683) => [{ host, port }]
  const all = ['224.0.1.187', 'ff02::fd', 'ff04::fd', 'ff05::fd']

  test('of All CoAP Nodes, if it can be discovered at all addresses and the default port (RFC 7252 8, 12.8; groupcomm-bis 3.9)', () => {
    assert.deepEqual(
      groupsOf(undefined, at('::'), true),
      all.flatMap((host) => at(host)),
    )
    assert.deepEqual(groupsOf(undefined, at('0.0.0.0'), true), at('224.0.1.187'))
  })

  test('of no group unasked otherwise, or if it shall not', () => {
    for (const listen of [at('192.0.2.1'), at('localhost'), at('::', 61616)])
      assert.deepEqual(groupsOf(undefined, listen, true), [])
    assert.deepEqual(groupsOf(undefined, at('::'), false), [])
    assert.deepEqual(groupsOf(false, at('::'), true), [])
  })

  test('of the groups that are named', () => {
    assert.deepEqual(groupsOf(['coap://[ff02::17%eth0]:61616'], at('192.0.2.1'), false), [
      { host: 'ff02::17', zone: 'eth0', port: 61616 },
    ])
    for (const wrong of ['coap://192.0.2.1', 'coaps://[ff02::fd]', 'coap://[ff02::fd]/path', 'coap://group.example'])
      assert.throws(() => groupsOf([wrong], at('::'), true), { code: 'COAP_USAGE' })
  })
})
