// Who tells very many observers goes round among them in as many turns as it takes: what others send is read in between, and the
// acknowledgements of the first do not overrun the socket while the last are still being told.

import { Timer } from '../../context/timer.ts'

/** Observers that are to be told something. */
export interface Round {
  /** Goes on with those who are next, until it has told so many; returns how many it has told. */
  tell(most: number): number
  /** All have been told. */
  readonly complete: boolean
}

/** Notifications that leave in one turn; and in one after which much has been received: there is more to be read, such as what they cause. */
const mostInOneTurn = 256
const mostInBusyTurn = 4
/** So many messages in one turn are much: more are not read at once. */
const much = 32
/** Of one group, as long as others wait. */
const mostOfOneGroup = 64

export class NotificationRounds extends Timer {
  readonly #waiting = new Set<Round>()
  readonly #arm: (timer: Timer) => void
  readonly #received: () => number
  #receivedBefore = 0
  #left = mostInOneTurn
  #running = false
  #closed = false

  /** `arm` has a timer fire when the turn is over; `received` counts messages. */
  constructor(arm: (timer: Timer) => void, received: () => number) {
    super()
    this.#arm = arm
    this.#received = received
  }

  /** Begins at once, and goes on in later turns if it must. */
  begin(round: Round): void {
    this.#waiting.add(round)
    if (!this.#running && !this.#closed) this.#run()
  }

  end(round: Round): void {
    this.#waiting.delete(round)
  }

  /** Nobody is told anything any more. */
  close(): void {
    this.#closed = true
    this.#waiting.clear()
  }

  override fire(): void {
    const received = this.#received()
    this.#left = received - this.#receivedBefore < much ? mostInOneTurn : mostInBusyTurn
    this.#receivedBefore = received
    this.#run()
  }

  #run(): void {
    const before = this.#left
    this.#running = true
    try {
      while (this.#left > 0 && this.#waiting.size > 0) this.#turn()
    } finally {
      this.#running = false
      const more = this.#left < before || this.#waiting.size > 0
      if (more && !this.armed && !this.#closed) this.#arm(this)
    }
  }

  /** Each of those who wait is given its share. */
  #turn(): void {
    for (const round of this.#waiting) {
      if (this.#left <= 0) return
      this.#waiting.delete(round) // and to the end, if there is more
      this.#left -= round.tell(Math.min(this.#left, mostOfOneGroup))
      if (!round.complete) this.#waiting.add(round)
    }
  }
}
