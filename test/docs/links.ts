// Relative links lead to a file of the repository, and their anchors to a heading of it; files that the text names are there.

import { dirname, join, normalize } from 'node:path/posix'
import { anchors, codeSpans, links, type Problem } from './markdown.ts'

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

/** Files that the text names in backticks with their folder: from the root, from coap/src, or from where the document is. */
export function missingFiles(file: string, markdown: string, tree: Tree): Problem[] {
  return codeSpans(markdown).flatMap(({ target, line }) => {
    const named = /^[\w.-]+(?:\/[\w.-]+)+\.(?:ts|js|md|sh|json|txt)$/.test(target)
    const places = [target, `coap/src/${target}`, normalize(join(dirname(file), target))]
    if (!named || places.some((place) => tree.exists(place))) return []
    return [{ file, line, message: `${target} is not there` }]
  })
}
