// What the checks of the documentation read of a Markdown file: fenced blocks, links, headings, tables.
// The part of CommonMark and GitHub's tables that this repository writes, no more.

export interface Block {
  /** The words after the opening fence: language first. */
  readonly info: readonly string[]
  /** Of the first line inside the fences, from 1. */
  readonly line: number
  readonly text: string
}

export interface Link {
  readonly target: string
  readonly line: number
}

export interface Row {
  readonly cells: readonly string[]
  readonly line: number
}

/** A finding in a document, as `npm run docs` prints it. */
export interface Problem {
  readonly file: string
  readonly line: number
  readonly message: string
}

export function codeBlocks(markdown: string): Block[] {
  const blocks: Block[] = []
  for (const { line, text, fence, info } of walk(markdown)) {
    if (fence === 'open') blocks.push({ info, line: line + 1, text: '' })
    const block = blocks.at(-1)
    if (fence === 'inside' && block !== undefined)
      blocks[blocks.length - 1] = { ...block, text: `${block.text}${text}\n` }
  }
  return blocks
}

/** Links and images outside of code, by their targets. */
export function links(markdown: string): Link[] {
  return prose(markdown).flatMap(({ line, text }) => {
    const withoutCode = text.replace(/`[^`]*`/g, (code) => ' '.repeat(code.length))
    const inline = withoutCode.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)
    const definitions = withoutCode.matchAll(/^\s*\[[^\]]+\]:\s*<?([^\s>]+)/g)
    return [...inline, ...definitions].map((match) => ({ target: match[1] as string, line }))
  })
}

/** What stands between backticks in the text, outside of blocks. */
export function codeSpans(markdown: string): Link[] {
  return prose(markdown).flatMap(({ line, text }) =>
    [...text.matchAll(/`([^`]+)`/g)].map((match) => ({ target: match[1] as string, line })),
  )
}

/** The anchors that GitHub makes of the headings. */
export function anchors(markdown: string): Set<string> {
  const found = new Set<string>()
  for (const { text } of prose(markdown)) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1]
    if (heading === undefined) continue
    const slug = heading
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    let unique = slug
    for (let count = 1; found.has(unique); count++) unique = `${slug}-${count}`
    found.add(unique)
  }
  return found
}

/** The rows below each table head that has exactly these columns. */
export function tableRows(markdown: string, columns: readonly string[]): Row[] | undefined {
  const rows: Row[] = []
  let state: 'outside' | 'head' | 'inside' = 'outside'
  let seen = false
  for (const { line, text } of prose(markdown)) {
    const cells = text.trimStart().startsWith('|') ? splitRow(text) : undefined
    if (cells === undefined) state = 'outside'
    else if (state === 'inside') rows.push({ cells, line })
    else if (state === 'head')
      state = 'inside' // the line of dashes
    else if (cells.join('|').toLowerCase() === columns.join('|')) {
      state = 'head'
      seen = true
    }
  }
  return seen ? rows : undefined
}

function splitRow(text: string): string[] {
  const inner = text.trim().replace(/^\||(?<!\\)\|$/g, '')
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'))
}

function prose(markdown: string): { line: number; text: string }[] {
  return [...walk(markdown)].filter(({ fence }) => fence === 'none')
}

interface Walked {
  readonly line: number
  readonly text: string
  readonly fence: 'none' | 'open' | 'inside' | 'close'
  readonly info: readonly string[]
}

function* walk(markdown: string): Generator<Walked> {
  let open: { readonly mark: string; readonly indent: number } | undefined
  for (const [index, text] of markdown.split(/\r?\n/).entries()) {
    const line = index + 1
    const match = /^(\s*)(`{3,}|~{3,})\s*(.*)$/.exec(text)
    if (open === undefined && match !== null) {
      open = { mark: match[2] as string, indent: (match[1] as string).length }
      yield { line, text, fence: 'open', info: (match[3] as string).split(/\s+/).filter((word) => word !== '') }
    } else if (open !== undefined && match !== null && match[3] === '' && (match[2] as string).startsWith(open.mark)) {
      open = undefined
      yield { line, text, fence: 'close', info: [] }
    } else if (open !== undefined) {
      yield { line, text: text.slice(Math.min(open.indent, text.search(/\S|$/))), fence: 'inside', info: [] }
    } else yield { line, text, fence: 'none', info: [] }
  }
}
