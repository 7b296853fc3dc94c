// A line of a script as words: bare ones, and texts in quotation marks as JSON has them. Behind a # stands a comment.

export interface Word {
  readonly kind: 'bare' | 'text'
  /** Of a text: what it says, without quotation marks. */
  readonly value: string
}

/** A script that is wrong in itself. The message says what was expected; whoever knows the line adds it. */
export class ScriptError extends Error {}

/** What is left of a line while it is read from left to right. */
export class Words {
  readonly #words: readonly Word[]
  #at = 0

  constructor(line: string) {
    this.#words = split(line)
  }

  get isEmpty(): boolean {
    return this.#at === this.#words.length
  }

  peek(): Word | undefined {
    return this.#words[this.#at]
  }

  /** Is the next word this one? */
  has(value: string): boolean {
    const next = this.peek()
    return next?.kind === 'bare' && next.value === value
  }

  /** Takes the next word if it is this one. */
  skip(value: string): boolean {
    const here = this.has(value)
    if (here) this.#at++
    return here
  }

  take(expected: string): Word {
    const word = this.peek()
    if (word === undefined) throw new ScriptError(`expected ${expected} at the end of the line`)
    this.#at++
    return word
  }

  bare(expected: string): string {
    const word = this.take(expected)
    if (word.kind !== 'bare') throw new ScriptError(`expected ${expected}, not a text`)
    return word.value
  }

  text(expected: string): string {
    const word = this.take(expected)
    if (word.kind !== 'text') throw new ScriptError(`expected ${expected} in quotation marks, not ${word.value}`)
    return word.value
  }

  expectEnd(): void {
    const word = this.peek()
    if (word !== undefined) throw new ScriptError(`expected the end of the line, not '${word.value}'`)
  }
}

function split(line: string): Word[] {
  const words: Word[] = []
  const pattern = /\s*(?:(#.*)|("(?:[^"\\]|\\.)*")|([^\s"#][^\s"]*)|$)/y
  while (pattern.lastIndex < line.length) {
    const start = pattern.lastIndex
    const match = pattern.exec(line)
    if (match === null) throw new ScriptError(`this text does not end: ${line.slice(start).trim()}`)
    const [, comment, text, bare] = match
    if (comment !== undefined) break
    if (text !== undefined) words.push({ kind: 'text', value: jsonText(text) })
    if (bare !== undefined) words.push({ kind: 'bare', value: bare })
  }
  return words
}

function jsonText(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    throw new ScriptError(`not a text as JSON has it: ${quoted}`)
  }
}
