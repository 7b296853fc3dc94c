// The weather in and around a small greenhouse: sun, clouds, warmth, and a valve that lets mist in. A seed repeats it.

import { SeededRandom } from 'coapstone/testing'

/** Lux of a clear noon. */
const noon = 60_000
/** Hours in which warmth and humidity come near to what they tend to. */
const warmingTime = 1.6
const wettingTime = 0.9
const cloudTime = 2.5

export class Simulation {
  readonly #random: SeededRandom
  #cloud = 0.2
  #temperature = 13
  #humidity = 82
  /** Of the day, 0 to 24: it begins with the sunrise. */
  hour = 6
  /** How far the valve is open, in percent. */
  valve = 0

  constructor(seed: number) {
    this.#random = new SeededRandom(seed)
  }

  /** °C, to a tenth. */
  get temperature(): number {
    return Math.round(this.#temperature * 10) / 10
  }

  /** Percent, relative. */
  get humidity(): number {
    return Math.round(this.#humidity)
  }

  /** Lux, to a hundred. */
  get light(): number {
    return Math.round((noon * this.sun * (1 - 0.8 * this.#cloud)) / 100) * 100
  }

  /** How high the sun stands: 0 at night, 1 at noon. */
  get sun(): number {
    return Math.max(0, Math.sin((Math.PI * (this.hour - 6)) / 12))
  }

  /** How much of the sky is covered, 0 to 1. */
  get cloud(): number {
    return this.#cloud
  }

  /** Lets so many hours pass; few at a time. */
  pass(hours: number): void {
    this.hour = (this.hour + hours) % 24
    const gust = (this.#random.uint32() / 2 ** 32 - 0.5) * Math.sqrt(hours)
    this.#cloud = Math.min(1, Math.max(0, this.#cloud + (0.35 - this.#cloud) * share(hours, cloudTime) + gust))
    const mist = this.valve / 100
    const outside = 13 + 5 * Math.sin((Math.PI * (this.hour - 9)) / 12)
    const warm = outside + (20 * this.light) / noon - 8 * mist
    this.#temperature += (warm - this.#temperature) * share(hours, warmingTime)
    const damp = Math.min(100, Math.max(25, 90 - 2.4 * (this.#temperature - 10) + 45 * mist))
    this.#humidity += (damp - this.#humidity) * share(hours, wettingTime)
  }
}

/** How much of the way is gone. */
function share(hours: number, time: number): number {
  return 1 - Math.exp(-hours / time)
}
