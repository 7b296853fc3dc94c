// Medians, ratios, and the table of docs/benchmarks.md.

import type { Sample, Scenario } from './scenarios.ts'

export interface Series {
  readonly contestant: string
  readonly samples: readonly Sample[]
}

export interface Measured {
  readonly scenario: Scenario
  readonly series: readonly Series[]
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

export function medianOf({ samples }: Series): number {
  return median(samples.map(({ value }) => value))
}

/** Markdown. `subject` is the contestant whose ratios to the others are given. */
export function table({ scenario, series }: Measured, subject: string): string {
  const ours = series.find(({ contestant }) => contestant === subject)
  const rows = series.map((each) => {
    const values = each.samples.map(({ value }) => value)
    const range = `${count(Math.min(...values))} – ${count(Math.max(...values))}`
    const lost = each.samples.every((sample) => sample.lost === undefined)
      ? ''
      : `${count(total(each.samples, 'lost'))} (${count(total(each.samples, 'dropped'))})`
    const ratio = ours && each !== ours ? (medianOf(ours) / medianOf(each)).toFixed(2) : ''
    const target = ours && each !== ours ? (scenario.targets[each.contestant] ?? '') : ''
    return [each.contestant, count(medianOf(each)), range, lost, ratio, target === '' ? '' : bound(scenario, target)]
  })
  const heads = ['', `median, ${scenario.unit}`, 'range', 'lost (dropped by the socket)', `${subject} ÷ it`, 'to reach']
  const lines = [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return [`### ${scenario.title}`, '', ...lines].join('\n')
}

/** What was to be reached and was not, a line each. */
export function shortfalls(all: readonly Measured[], subject: string): string[] {
  return all.flatMap((each) => [
    ...ofOthers(each, subject),
    ...ofOwn(each, all, subject),
    ...lostBetween(each, subject),
  ])
}

function ofOthers({ scenario, series }: Measured, subject: string): string[] {
  const ours = series.find(({ contestant }) => contestant === subject)
  if (!ours) return []
  return series.flatMap((each) => {
    const target = scenario.targets[each.contestant]
    const ratio = medianOf(ours) / medianOf(each)
    if (target === undefined || (scenario.unit === 'µs' ? ratio <= target : ratio >= target)) return []
    return [`${scenario.id}: ${ratio.toFixed(2)} of ${each.contestant}, to reach ${bound(scenario, target)}`]
  })
}

function ofOwn({ scenario, series }: Measured, all: readonly Measured[], subject: string): string[] {
  const own = (from: readonly Series[] | undefined) => from?.find(({ contestant }) => contestant === subject)
  const [ours, other] = [own(series), own(all.find((each) => each.scenario.id === scenario.ofOwn?.scenario)?.series)]
  if (!scenario.ofOwn || !ours || !other) return []
  const ratio = medianOf(ours) / medianOf(other)
  const { scenario: id, atLeast } = scenario.ofOwn
  return ratio >= atLeast ? [] : [`${scenario.id}: ${ratio.toFixed(2)} of our own ${id}, to reach ≥ ${atLeast}`]
}

/** What the socket delivered is answered: no more is lost than the socket had no room for. */
function lostBetween({ scenario, series }: Measured, subject: string): string[] {
  const samples = series.find(({ contestant }) => contestant === subject)?.samples ?? []
  const between = samples.reduce((sum, { lost = 0, dropped = 0 }) => sum + Math.max(lost - dropped, 0), 0)
  return between === 0 ? [] : [`${scenario.id}: ${count(between)} requests lost that the socket had delivered`]
}

function bound({ unit }: Scenario, target: number): string {
  return `${unit === 'µs' ? '≤' : '≥'} ${target}`
}

function total(samples: readonly Sample[], what: 'lost' | 'dropped'): number {
  return samples.reduce((sum, sample) => sum + (sample[what] ?? 0), 0)
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}
