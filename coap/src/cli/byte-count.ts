// How many bytes, for people: in units of 1,000 as everywhere else in figures of networks.

/** `1 byte`, `999 bytes`, `1.2 kB`, `340 kB`, `1.0 GB`. */
export function byteCount(bytes: number): string {
  if (bytes < 1000) return bytes === 1 ? '1 byte' : `${Math.round(bytes)} bytes`
  let value = bytes
  let unit = -1
  // As it is printed: 999,950 bytes are no '1000 kB'.
  while (value >= (unit < 0 ? 1000 : 999.5) && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value.toFixed(value < 99.95 ? 1 : 0)} ${units[unit]}`
}

const units = ['kB', 'MB', 'GB', 'TB']
