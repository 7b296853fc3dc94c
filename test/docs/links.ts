// Relative links lead to a file of the repository, and their anchors to a heading of it.

import { dirname, join, normalize } from 'node:path/posix'
import { anchors, links, type Problem } from './markdown.ts'

/** What the check asks of the repository: whether a path is there, and what a Markdown file says. */
export interface Tree {
  exists(path: string): boolean
  read(path: string): string
}

export function brokenLinks(file: string, markdown: string, tree: Tree): Problem[] {
  return links(markdown).flatMap(({ target, line }) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return []
    const [path = '', anchor] = decodeURI(target).split('#')
    const linked = path === '' ? file : normalize(join(dirname(file), path))
    if (linked.startsWith('..')) return [{ file, line, message: `the link to ${target} leaves the repository` }]
    if (!tree.exists(linked)) return [{ file, line, message: `the link to ${target} leads nowhere` }]
    if (anchor === undefined || !linked.endsWith('.md')) return []
    const text = path === '' ? markdown : tree.read(linked)
    return anchors(text).has(anchor) ? [] : [{ file, line, message: `${linked} has no heading for #${anchor}` }]
  })
}
