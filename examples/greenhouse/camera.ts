// What the camera of the greenhouse sees: the sky of the hour, the glass, the plants, and mist while the valve is open.

import { type Colour, png } from './png.ts'
import type { Simulation } from './simulation.ts'

const width = 320
const height = 208
const horizon = 150
/** The glass house: its walls, where its roof begins, and its ridge. */
const house = { left: 60, right: 260, eaves: 95, ridge: 50 }
const middle = (house.left + house.right) / 2

/** A PNG of 200 kB. */
export function takePicture({ hour, sun, cloud, valve }: Simulation): Uint8Array {
  const day = Math.min(1, sun * 1.6 + 0.08)
  const clear: Colour = [110, 175, 235]
  const grey: Colour = [165, 170, 178]
  const sky = dimmed(mixed(clear, grey, cloud), day)
  const sunAt = { x: ((hour - 6) / 12) * width, y: horizon - 120 * sun }
  return png(width, height, (x, y) => {
    const inside = isInside(x, y)
    let colour = y < horizon ? mixed(sky, dimmed([250, 220, 170], day), (y / horizon) ** 3 * 0.6) : ground(x, y, day)
    if (y < horizon && Math.hypot(x - sunAt.x, y - sunAt.y) < 12) colour = mixed([255, 235, 130], grey, cloud * 0.7)
    if (inside) colour = mixed(colour, dimmed([205, 235, 225], day), 0.35)
    if (inside && isPlant(x, y)) colour = dimmed([40 + ((x * 7 + y * 13) % 30), 130, 50], day)
    if (inside && (x * 31 + y * 57) % 97 < valve / 8) colour = dimmed([235, 245, 255], day)
    return isFrame(x, y) ? dimmed([240, 240, 240], Math.max(day, 0.25)) : colour
  })
}

/** Where the roof is above a place. */
function roof(x: number): number {
  return house.ridge + ((house.eaves - house.ridge) * Math.abs(x - middle)) / (middle - house.left)
}

function isInside(x: number, y: number): boolean {
  return x >= house.left && x <= house.right && y >= roof(x) && y < horizon + 30
}

function isFrame(x: number, y: number): boolean {
  if (!isInside(x, y)) return false
  const post = (x - house.left) % 40 < 2 && y > house.eaves
  return post || y - roof(x) < 3 || house.right - x < 2 || Math.abs(y - house.eaves) < 1.5
}

/** Five of them in a row, each a bit higher than the one before. */
function isPlant(x: number, y: number): boolean {
  const pot = Math.floor((x - house.left) / 40)
  const radius = 11 + 2 * (pot % 5)
  const leaf = 2.5 * Math.sin(x * 1.3) * Math.cos(y * 1.1)
  return Math.hypot(x - (house.left + 40 * pot + 20), y - (horizon + 14 - radius)) + leaf < radius
}

function ground(x: number, y: number, day: number): Colour {
  const grain = (x * 17 + y * 29) % 11
  return dimmed([95 + grain, 125 + grain, 60], day * (0.75 + (y - horizon) / 250))
}

function mixed(one: Colour, other: Colour, share: number): Colour {
  const channel = (index: 0 | 1 | 2) => one[index] + (other[index] - one[index]) * share
  return [channel(0), channel(1), channel(2)]
}

function dimmed([red, green, blue]: Colour, light: number): Colour {
  return [red * light, green * light, blue * light]
}
