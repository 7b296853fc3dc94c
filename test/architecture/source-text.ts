// What the architecture rules need to see of a source file: its code with comments and the insides of strings blanked out
// (same length, so that positions hold), and the modules it imports. A small lexer, since types are imports here too
// and are gone from what Node runs.

export interface Import {
  readonly specifier: string
  readonly line: number
  /** It is gone from what runs: `import type`, `export type`, or in the place of a type. */
  readonly typeOnly: boolean
}

/** Every import of a module: static, dynamic, type-only, re-exported. */
export function importsOf(source: string): Import[] {
  const code = blank(source)
  const imports: Import[] = []
  const pattern = /(?<![.\w#])(?:(?:import|export)\s+(type\b)?[^'"`;=()]*?\bfrom\s*|import\s*\(?\s*)(['"])/g
  for (const match of code.matchAll(pattern)) {
    const start = match.index + match[0].length
    const end = code.indexOf(match[2] as string, start)
    const typeOnly = match[1] !== undefined || /[:=|&<,]\s*(?:typeof\s+)?$/.test(code.slice(0, match.index))
    imports.push({ specifier: source.slice(start, end), line: lineAt(source, match.index), typeOnly })
  }
  return imports
}

/** The line, from 1, of a position in the text. */
export function lineAt(source: string, position: number): number {
  let line = 1
  for (let at = source.indexOf('\n'); at !== -1 && at < position; at = source.indexOf('\n', at + 1)) line++
  return line
}

/** The source with comments, and what is in strings, templates and regular expressions, replaced by spaces. */
export function blank(source: string): string {
  const out: string[] = []
  const templates: number[] = [] // for each open ${ the depth of braces at which it ends
  let depth = 0
  let at = 0

  const keep = (count: number) => {
    out.push(source.slice(at, at + count))
    at += count
  }
  const hide = (end: number) => {
    out.push(source.slice(at, end).replace(/[^\n]/g, ' '))
    at = end
  }
  const quoted = (quote: string) => {
    keep(1)
    hide(endOfQuoted(source, at, quote))
    if (at < source.length) keep(1)
  }
  const template = () => {
    const end = endOfTemplatePart(source, at)
    hide(end)
    if (source.startsWith('${', at)) {
      templates.push(depth)
      keep(2)
    } else if (at < source.length) keep(1)
  }

  while (at < source.length) {
    const character = source[at] as string
    if (source.startsWith('//', at)) hide(endOr(source, source.indexOf('\n', at)))
    else if (source.startsWith('/*', at)) hide(endOr(source, source.indexOf('*/', at + 2), 2))
    else if (character === "'" || character === '"') quoted(character)
    else if (character === '`') {
      keep(1)
      template()
    } else if (character === '/' && regularExpressionMayStart(out)) {
      keep(1)
      hide(endOfRegularExpression(source, at))
      if (at < source.length) keep(1)
    } else if (character === '}' && templates.at(-1) === depth) {
      templates.pop()
      keep(1)
      template()
    } else {
      if (character === '{') depth++
      if (character === '}') depth--
      keep(1)
    }
  }
  return out.join('')
}

function endOr(source: string, found: number, length = 0): number {
  return found === -1 ? source.length : found + length
}

function endOfQuoted(source: string, at: number, quote: string): number {
  while (at < source.length && source[at] !== quote && source[at] !== '\n') at += source[at] === '\\' ? 2 : 1
  return Math.min(at, source.length)
}

function endOfTemplatePart(source: string, at: number): number {
  while (at < source.length && source[at] !== '`' && !source.startsWith('${', at)) at += source[at] === '\\' ? 2 : 1
  return Math.min(at, source.length)
}

function endOfRegularExpression(source: string, at: number): number {
  let inClass = false
  while (at < source.length && source[at] !== '\n' && (inClass || source[at] !== '/')) {
    if (source[at] === '[') inClass = true
    if (source[at] === ']') inClass = false
    at += source[at] === '\\' ? 2 : 1
  }
  return Math.min(at, source.length)
}

// A slash divides after a value and starts a regular expression after an operator or a keyword.
function regularExpressionMayStart(out: readonly string[]): boolean {
  const before = out.slice(-40).join('').trimEnd()
  return before === '' || /[(,=:[!&|?{};+\-*%<>~^]$|\b(?:return|typeof|case|in|of|throw|await|yield)$/.test(before)
}
