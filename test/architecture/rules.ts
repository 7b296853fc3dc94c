// The rules of ARCHITECTURE.md that a machine can check, as functions from sources to findings, so that rules.test.ts can
// plant what each must find. architecture.test.ts runs them on the real tree.

import { dirname, join, normalize } from 'node:path/posix'
import { blank, type Import, importsOf, lineAt } from './source-text.ts'

export interface Finding {
  readonly file: string
  readonly line: number
  readonly rule: string
  readonly message: string
}

/** Path below coap/src, with forward slashes, to text. */
export type Sources = ReadonlyMap<string, string>

/** The parts of coap/package.json that the rules read. */
export interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly imports?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly dependencies?: Readonly<Record<string, string>>
}

/** A folder imports only from those above it; two on one line know nothing of each other. */
export const folderOrder: readonly (readonly string[])[] = [
  ['bytes', 'collections'],
  ['cbor'],
  ['context'],
  ['message'],
  ['uri'],
  ['network'],
  ['transport'],
  ['handler'],
  ['endpoint'],
  ['node', 'browser'],
  ['links'],
  ['layers'],
  ['client', 'server'],
  ['testing'],
  ['cli'],
]

/** The folders that know a platform. */
const platformFolders: readonly string[] = ['node', 'browser', 'cli']

/** What a core file must not call, and what there is instead. */
const forbiddenGlobals: readonly (readonly [name: string, instead: string])[] = [
  ['setTimeout', 'timers are context.timers'],
  ['setInterval', 'timers are context.timers'],
  ['setImmediate', 'timers are context.timers'],
  ['Date', 'the time is context.now()'],
  ['performance', 'the time is context.now()'],
  ['Math.random', 'randomness is context.random()'],
  ['Buffer', 'bytes are Uint8Array'],
  ['console', 'what happened goes to context.trace'],
  ['process', 'only node/ and cli/ know Node'],
]

const maximumLines = 500

export function checkFolderOrder(sources: Sources, manifest: Manifest): Finding[] {
  const findings: Finding[] = []
  for (const [file, imported] of importsBetweenFiles(sources, manifest)) {
    if (isTest(file) || isEntryPoint(file)) continue
    const rank = rankOf(file)
    if (rank === undefined) {
      findings.push({
        file,
        line: 1,
        rule: 'folder order',
        message: `${folderOf(file)}/ has no place in the order of the folders`,
      })
      continue
    }
    for (const { target, line } of imported) {
      const targetRank = rankOf(target)
      const report = (message: string) => findings.push({ file, line, rule: 'folder order', message })
      if (isEntryPoint(target)) report(`imports the entry point ${target}: import the file that has it`)
      else if (isTest(target)) report(`imports the test ${target}`)
      else if (targetRank === undefined || targetRank > rank)
        report(`imports ${target}, which is below ${folderOf(file)}/`)
      else if (targetRank === rank && folderOf(target) !== folderOf(file))
        report(`imports ${target}: ${folderOf(file)}/ and ${folderOf(target)}/ know nothing of each other`)
    }
  }
  return findings
}

/** client/ and server/ reach the platform through `#platform`, so that there is one of each for Node and browsers. */
export function checkPlatformImports(sources: Sources): Finding[] {
  return everyImport(sources, (file, { specifier }) => {
    if (isTest(file) || isEntryPoint(file) || platformFolders.includes(folderOf(file))) return undefined
    if (specifier.startsWith('node:')) return `imports ${specifier}: only node/ and cli/ know Node`
    const target = resolve(file, specifier)
    const platform = target !== undefined && ['node', 'browser'].includes(folderOf(target))
    if (platform) return `imports ${target}: only entry points and cli/ do; client/ and server/ use #platform`
    if (specifier === '#platform' && !['client', 'server'].includes(folderOf(file)))
      return 'imports #platform: only client/ and server/ do'
    return undefined
  })
}

/** Packages are the declared dependencies, and the library does not import itself by name. */
export function checkPackageImports(sources: Sources, manifest: Manifest): Finding[] {
  const declared = Object.keys(manifest.dependencies ?? {})
  return everyImport(sources, (file, { specifier }) => {
    if (isTest(file) || /^(?:\.|#|node:)/.test(specifier)) return undefined
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
    return declared.includes(name)
      ? undefined
      : `imports ${name}, which coap/package.json does not list as a dependency`
  })
}

/** Cycles of what runs. Types may mention each other: Handler, Response and Subject cannot but do. */
export function checkCycles(sources: Sources, manifest: Manifest): Finding[] {
  const graph = importsBetweenFiles(sources, manifest)
  const findings: Finding[] = []
  const done = new Set<string>()
  const walk = (file: string, trail: readonly string[]) => {
    if (trail.includes(file)) {
      const cycle = [...trail.slice(trail.indexOf(file)), file]
      findings.push({ file, line: 1, rule: 'no cycle', message: `imports itself: ${cycle.join(' -> ')}` })
      return
    }
    if (done.has(file)) return
    for (const { target, typeOnly } of graph.get(file) ?? []) if (!typeOnly) walk(target, [...trail, file])
    done.add(file)
  }
  for (const file of graph.keys()) walk(file, [])
  return findings
}

export function checkLength(sources: Sources): Finding[] {
  return [...sources].flatMap(([file, text]) => {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
    if (lines <= maximumLines) return []
    return [
      { file, line: maximumLines + 1, rule: 'file length', message: `has ${lines} lines; at most ${maximumLines}` },
    ]
  })
}

export function checkGlobals(sources: Sources): Finding[] {
  return [...sources].flatMap(([file, text]) => {
    if (isTest(file) || platformFolders.includes(folderOf(file))) return []
    return forbiddenGlobals.flatMap(([name, instead]) => {
      // Not a member (a.Date), a key (Date: …), nor part of a longer name.
      const pattern = new RegExp(`(?<![.\\w#$])${name.replace('.', '\\s*\\.\\s*')}(?![\\w$]|\\??:(?!:))`, 'g')
      return matches(file, text, pattern, 'core globals', `uses ${name}: ${instead}`)
    })
  })
}

export function checkAny(sources: Sources): Finding[] {
  const pattern = /(?:[:<|&,=([]|\bas|\bextends|\bsatisfies)\s*any\b(?!\s*(?:\??:|[(.]))/g
  return [...sources].flatMap(([file, text]) => matches(file, text, pattern, 'no any', 'uses the type any'))
}

export function checkDefaultExports(sources: Sources): Finding[] {
  const pattern = /\bexport\s+default\b|\bas\s+default\b/g
  return [...sources].flatMap(([file, text]) =>
    matches(file, text, pattern, 'no default export', 'has a default export'),
  )
}

/** Every subpath of `exports` names a source and what is built of it; every entry point is a subpath. */
export function checkExports(sources: Sources, manifest: Manifest): Finding[] {
  const findings: Finding[] = []
  const report = (message: string) => findings.push({ file: 'package.json', line: 1, rule: 'exports', message })
  const exported = new Set<string>()
  for (const [subpath, conditions] of Object.entries(manifest.exports)) {
    if (typeof conditions === 'string') continue
    const source = conditions['@coapstone/source']?.replace('./src/', '')
    if (source === undefined) {
      report(`${subpath} has no condition @coapstone/source`)
      continue
    }
    exported.add(source)
    const built = `./dist/${source.replace(/\.ts$/, '')}`
    if (!sources.has(source)) report(`${subpath} names src/${source}, which is not there`)
    if (conditions['types'] !== `${built}.d.ts`)
      report(`${subpath} has types ${conditions['types']}, not ${built}.d.ts`)
    if (conditions['default'] !== `${built}.js`)
      report(`${subpath} has default ${conditions['default']}, not ${built}.js`)
  }
  for (const file of sources.keys()) {
    if (isEntryPoint(file) && !exported.has(file)) report(`src/${file} is an entry point that no subpath exports`)
  }
  return findings
}

/** Over all files of the repository: nothing depends on where one machine gets its packages, or keeps its folders. */
export function checkMachineNames(files: ReadonlyMap<string, string>): Finding[] {
  const rules: readonly (readonly [RegExp, string])[] = [
    [
      /\bregistry\.[a-z0-9-]+\.[a-z]+|\bnpmjs\.com|\bdeb\.debian\.org|\bfiles\.pythonhosted\.org/g,
      'names a registry host',
    ],
    [/"resolved": "https?:/g, 'names where a package was fetched from (see .npmrc)'],
    [/(?<![\w.-])\/work\/(?:main|shared|\.library)/g, 'names a folder of one machine'],
  ]
  return [...files].flatMap(([file, text]) =>
    rules.flatMap(([pattern, message]) =>
      [...text.matchAll(pattern)].map((match) => ({
        file,
        line: lineAt(text, match.index),
        rule: 'machine names',
        message,
      })),
    ),
  )
}

/** One line a finding: file, line, rule, what is wrong. */
export function describe(findings: readonly Finding[]): string {
  return findings.map(({ file, line, rule, message }) => `${file}:${line}: [${rule}] ${message}`).join('\n')
}

function isTest(file: string): boolean {
  return file.endsWith('.test.ts')
}

// Files beside the folders are what users import, but for errors.ts, which stands above all folders.
function isEntryPoint(file: string): boolean {
  return !file.includes('/') && file !== 'errors.ts' && !isTest(file)
}

function folderOf(file: string): string {
  return file.includes('/') ? (file.split('/', 1)[0] as string) : ''
}

function rankOf(file: string): number | undefined {
  if (file === 'errors.ts') return -1
  const rank = folderOrder.findIndex((row) => row.includes(folderOf(file)))
  return rank === -1 ? undefined : rank
}

function resolve(file: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : undefined
}

interface FileImport {
  readonly target: string
  readonly line: number
  readonly typeOnly: boolean
}

function importsBetweenFiles(sources: Sources, manifest: Manifest): Map<string, FileImport[]> {
  const graph = new Map<string, FileImport[]>()
  for (const [file, text] of sources) {
    const targets = importsOf(text).flatMap(({ specifier, line, typeOnly }) => {
      const mapped = manifest.imports?.[specifier]?.['@coapstone/source']?.replace('./src/', '')
      const target = mapped ?? resolve(file, specifier)
      return target === undefined ? [] : [{ target, line, typeOnly }]
    })
    graph.set(file, targets)
  }
  return graph
}

function everyImport(sources: Sources, judge: (file: string, found: Import) => string | undefined): Finding[] {
  return [...sources].flatMap(([file, text]) =>
    importsOf(text).flatMap((found) => {
      const message = judge(file, found)
      return message === undefined ? [] : [{ file, line: found.line, rule: 'imports', message }]
    }),
  )
}

function matches(file: string, text: string, pattern: RegExp, rule: string, message: string): Finding[] {
  const code = blank(text)
  return [...code.matchAll(pattern)].map((match) => ({ file, line: lineAt(text, match.index), rule, message }))
}
