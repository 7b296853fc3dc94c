// Numbers as a line of blocks, the last one at the right.

const blocks = [...'▁▂▃▄▅▆▇█']

/** A block a number, scaled from the least to the most of them; all alike are in the middle. Numbers are finite. */
export function sparkline(values: readonly number[]): string {
  const least = Math.min(...values)
  const most = Math.max(...values)
  return values.map((value) => blocks[levelOf(value, least, most)]).join('')
}

function levelOf(value: number, least: number, most: number): number {
  if (least === most) return 3
  // Halves first: the difference of two large numbers is not finite.
  const share = (value / 2 - least / 2) / (most / 2 - least / 2)
  return Math.min(blocks.length - 1, Math.floor(share * blocks.length))
}
