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
export function shortfalls({ scenario, series }: Measured, subject: string): string[] {
  const ours = series.find(({ contestant }) => contestant === subject)
  if (!ours) return []
  return series.flatMap((each) => {
    const target = scenario.targets[each.contestant]
    const ratio = medianOf(ours) / medianOf(each)
    if (target === undefined || (scenario.unit === 'µs' ? ratio <= target : ratio >= target)) return []
    return [`${scenario.id}: ${ratio.toFixed(2)} of ${each.contestant}, to reach ${bound(scenario, target)}`]
  })
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
