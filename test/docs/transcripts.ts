// Transcripts in the documents are real. In a block ```console a shell runs each line after `$ `, and what it prints stands below.
// ```console server is one command that goes on running for the blocks that follow, until the next server or the document's end; what it
// prints after the last line that stands there is left out. A command whose output ends with ^C is interrupted once it has printed as many
// lines as stand above. A line … stands for any lines that are not the next one; times and durations need not be the same.
// ```console recorded is a session of record.ts: on a terminal, with a greenhouse whose clock is turned.
// A block ```ts NAME.ts is a file that commands may run.
//
// Servers get a port that is free: coap://localhost and coap://127.0.0.1 stand for it in files and commands, and it is taken out of the output.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Block, codeBlocks } from './markdown.ts'
import { record } from './record.ts'
import { RunningCommand } from './running-command.ts'

interface Command {
  readonly line: string
  readonly output: readonly string[]
}

/** The document with what its commands print now. They run in `root`, the repository; with the document's files, in a folder of theirs. */
export async function withRealOutput(markdown: string, root: string): Promise<string> {
  const blocks = codeBlocks(markdown)
  const transcripts = blocks.filter(({ info }) => info[0] === 'console')
  if (transcripts.length === 0) return markdown
  const stage = new Stage(root, blocks)
  try {
    const real: string[][] = []
    for (const block of transcripts) real.push(await stage.play(block))
    const lines = markdown.split('\n')
    for (const [index, block] of [...transcripts.entries()].reverse())
      lines.splice(block.line - 1, linesOf(block.text).length, ...(real[index] ?? []))
    return lines.join('\n')
  } finally {
    await stage.clear()
  }
}

/** Where a document's commands run, one block after the other. */
class Stage {
  readonly #root: string
  readonly #folder: string
  readonly #files: readonly { readonly name: string; readonly text: string }[]
  #server: RunningCommand | undefined = undefined

  constructor(root: string, blocks: readonly Block[]) {
    this.#root = root
    const out = join(root, '.ci/out') // inside of the repository, so that files find the package
    mkdirSync(out, { recursive: true })
    this.#folder = mkdtempSync(join(out, 'transcripts-'))
    this.#files = blocks.flatMap(({ info, text }) => {
      const name = info[0] === 'ts' ? info.find((word) => word.endsWith('.ts')) : undefined
      return name === undefined ? [] : [{ name, text }]
    })
  }

  /** The lines of the block as they are to be. */
  async play({ info, text }: Block): Promise<string[]> {
    const commands = commandsOf(text)
    if (info.includes('recorded')) {
      const lines: string[] = []
      for (const { line, output } of commands)
        lines.push(`$ ${line}`, ...likeThese(output, await record(line, this.#root)))
      return lines
    }
    if (!info.includes('server')) {
      const lines: string[] = []
      for (const command of commands) lines.push(`$ ${command.line}`, ...(await this.#run(command)))
      return lines
    }
    await this.#server?.stop()
    const { line, output } = commands[0] ?? { line: 'false', output: [] }
    const server = this.#start(line, 0)
    this.#server = server
    const last = output.findLast((each) => each.trim() !== '…')
    await server.until(() => last === undefined || this.#printed(server).some((each) => isSame(last, each)))
    return [`$ ${line}`, ...likeThese(output, this.#printed(server)).slice(0, output.length)]
  }

  async clear(): Promise<void> {
    await this.#server?.stop()
    rmSync(this.#folder, { recursive: true })
  }

  async #run({ line, output }: Command): Promise<string[]> {
    const running = this.#start(line, this.#port)
    const interrupted = output.at(-1) === '^C'
    const expected = interrupted ? output.slice(0, -1) : output
    const enough = () => running.output.endsWith('\n') && this.#printed(running).length >= expected.length
    await running.until(() => interrupted && enough())
    if (interrupted) await running.interrupt()
    await running.stop()
    const printed = this.#printed(running)
    if (!interrupted) return likeThese(expected, printed)
    return [...likeThese(expected, printed.slice(0, expected.length)), '^C']
  }

  #start(line: string, port: number | undefined): RunningCommand {
    const files = this.#files.filter(({ name }) => line.split(' ').includes(name))
    for (const { name, text } of files) writeFileSync(join(this.#folder, name), withPort(text, port))
    return new RunningCommand(withPort(line, port), files.length > 0 ? this.#folder : this.#root, this.#root)
  }

  /** Where the server listens; undefined if it is the usual port. */
  get #port(): number | undefined {
    const port = /coap:\/\/(?:\[[^\]]*\]|[\w.-]+):(\d+)/.exec(this.#server?.output ?? '')?.[1]
    return port === undefined ? undefined : Number(port)
  }

  #printed({ output }: RunningCommand): string[] {
    const lines = output.trimEnd() === '' ? [] : this.#withoutPort(output).trimEnd().split('\n')
    return lines.filter((line) => !/^npm (?:warn|notice) /.test(line)) // of npm itself, about this machine
  }

  #withoutPort(text: string): string {
    const port = this.#port
    return port === undefined ? text : text.replaceAll(`:${port}`, '')
  }
}

export function commandsOf(transcript: string): Command[] {
  const commands: { line: string; output: string[] }[] = []
  for (const text of linesOf(transcript)) {
    if (text.startsWith('$ ')) commands.push({ line: text.slice(2), output: [] })
    else commands.at(-1)?.output.push(text)
  }
  return commands
}

/** What was printed, written as the document does where that says the same. */
export function likeThese(expected: readonly string[], printed: readonly string[]): string[] {
  const lines: string[] = []
  let at = 0
  for (const [index, line] of expected.entries()) {
    if (line.trim() === '…') {
      const next = expected[index + 1]
      const found = printed.findIndex((each, where) => where >= at && next !== undefined && isSame(next, each))
      if (found >= 0) at = found
      else if (next === undefined) at = printed.length
      lines.push(line)
    } else if (at < printed.length) {
      const there = printed[at++] as string
      lines.push(isSame(line, there) ? line : there)
    }
  }
  return [...lines, ...printed.slice(at)]
}

function isSame(one: string, other: string): boolean {
  return withoutTimes(one) === withoutTimes(other)
}

function withoutTimes(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\b\d\d:\d\d:\d\d\b/g, 'TIME').replace(/\d+(?:\.\d+)? (m?s)\b/g, 'N $1')
}

function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1)
}

function withPort(text: string, port: number | undefined): string {
  return port === undefined ? text : text.replace(/coap:\/\/(?:localhost|127\.0\.0\.1)(?![\w.:-])/g, `$&:${port}`)
}
