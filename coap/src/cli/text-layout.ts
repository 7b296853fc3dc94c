// Text in lines of at most 80 characters, and in two columns.

const lineLength = 80

/** Breaks a paragraph between words. */
export function wrap(text: string, indent: string = '', first: string = indent): string {
  const lines: string[] = []
  let line = first
  for (const word of text.split(' ')) {
    const glue = line === indent || line === first ? '' : ' '
    if (line.length + glue.length + word.length > lineLength && glue === ' ') {
      lines.push(line)
      line = indent + word
    } else line += glue + word
  }
  return [...lines, line].join('\n')
}

/** Rows of what something is called and what it is, indented by two; what is long begins on a line of its own. */
export function columns(rows: readonly (readonly [name: string, what: string])[]): string {
  const lengths = rows.map(([name]) => name.length).filter((length) => length <= longest)
  const width = Math.max(...lengths) + 4
  const indent = ' '.repeat(width)
  return rows
    .map(([name, what]) =>
      name.length <= longest ? wrap(what, indent, `  ${name}`.padEnd(width)) : `  ${name}\n${wrap(what, indent)}`,
    )
    .join('\n')
}

const longest = 44
