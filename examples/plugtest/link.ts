// What TD_COAP_LINK_01 to 10 look for in /.well-known/core: types, interfaces, sizes, a hierarchy, an alternate link.

import { Code, ContentFormat, type Request, Response, type Router } from 'coapstone'
import { formatLinks, Link } from 'coapstone/links'
import { describeRequest } from './describe.ts'

export function linkResources(router: Router): void {
  const answer = (request: Request) => Response.text(describeRequest(request))
  router
    .get('/link1', answer, { if: 'If1', rt: ['Type1', 'Type2'], title: 'To be found by its types' })
    .get('/link2', answer, { if: 'If2', rt: ['Type2', 'Type3'], title: 'To be found by its types' })
    .get('/link3', answer, { if: 'foo', rt: ['Type1', 'Type3'], title: 'To be found by its types' })
    .get(
      '/path',
      () => Response.of(Code.Content, formatLinks(subs.map((sub) => new Link(sub))), ContentFormat.linkFormat),
      {
        ct: ContentFormat.linkFormat,
        title: 'Lists what lies below',
      },
    )
    .get('/alternate', answer, {
      anchor: '/test',
      rel: 'alternate',
      title: 'Another way to what GET /test says',
    })
  for (const sub of subs) router.get(sub, () => Response.text(sub), { title: 'Says where it is' })
}

const subs = ['/path/sub1', '/path/sub2', '/path/sub3'] as const
