// Which of two notifications is the newer (RFC 7641 3.4): by sequence numbers of 24 bits, unless they are so far apart in time that
// the numbers may have gone round.

/** Milliseconds after which any notification is the newer one. */
const wrapTime = 128_000

export class NotificationOrder {
  #sequence: number
  #received: number

  constructor(sequence: number, now: number) {
    this.#sequence = sequence
    this.#received = now
  }

  /** Is it older than the newest so far, and not that one itself? */
  isBehind(sequence: number, now: number): boolean {
    return sequence !== this.#sequence && !this.#isNewer(sequence, now)
  }

  /** Is it newer than the newest so far? If so, it is the newest now. */
  advance(sequence: number, now: number): boolean {
    const newer = this.#isNewer(sequence, now)
    if (newer) {
      this.#sequence = sequence
      this.#received = now
    }
    return newer
  }

  #isNewer(sequence: number, now: number): boolean {
    const ahead = (sequence - this.#sequence) & 0xffffff
    return (ahead > 0 && ahead < 0x800000) || now > this.#received + wrapTime
  }
}
