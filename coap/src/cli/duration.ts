// Durations as people write them: `10s`, `2m`, `500ms`, `1.5h`; a number alone is seconds.

import { usageError } from './command-error.ts'

const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** In milliseconds. Throws a `CommandError` that names the flag for what is no duration above 0. */
export function durationOf(text: string, flag: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)?$/.exec(text) ?? []
  const duration = Number(number) * (milliseconds[unit] as number)
  if (!(duration > 0)) throw usageError(`${flag} is a duration as in 10s, 500ms or 2m, not '${text}'`)
  return duration
}

/** For people: `9 s`, `1 min 5 s`, `2 h 3 min`. `duration` is in milliseconds, and told in whole seconds. */
export function durationText(duration: number): string {
  const seconds = Math.round(duration / 1000)
  const parts: [number, string][] =
    seconds >= 3600
      ? [
          [Math.floor(seconds / 3600), 'h'],
          [Math.floor((seconds % 3600) / 60), 'min'],
        ]
      : seconds >= 60
        ? [
            [Math.floor(seconds / 60), 'min'],
            [seconds % 60, 's'],
          ]
        : [[seconds, 's']]
  return parts.map(([count, unit]) => `${count} ${unit}`).join(' ')
}
