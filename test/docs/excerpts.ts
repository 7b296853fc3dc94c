// A block ```ts FOLDER/FILE.ts shows lines of that file, in its order and perhaps not all of them: the file is checked and run by itself.

import type { Tree } from './links.ts'
import { type Block, codeBlocks, type Problem } from './markdown.ts'

/** The file of the repository that a block is from. */
export function excerptOf({ info }: Block): string | undefined {
  return info[0] === 'ts' ? info.find((word) => /^[\w.-]+\/.*\.ts$/.test(word)) : undefined
}

export function wrongExcerpts(file: string, markdown: string, tree: Tree): Problem[] {
  return codeBlocks(markdown).flatMap((block) => {
    const source = excerptOf(block)
    if (source === undefined) return []
    if (!tree.exists(source)) return [{ file, line: block.line - 1, message: `${source} is not there` }]
    const lines = tree.read(source).split('\n')
    let at = 0
    for (const [index, text] of block.text.split('\n').entries()) {
      if (text === '') continue
      const found = lines.indexOf(text, at)
      if (found < 0)
        return [{ file, line: block.line + index, message: `${source} has no such line after those above` }]
      at = found + 1
    }
    return []
  })
}
