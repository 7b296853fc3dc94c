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

  /** Is it newer than the newest so far? If so, it is the newest now. */
  advance(sequence: number, now: number): boolean {
    const ahead = (sequence - this.#sequence) & 0xffffff
    const newer = (ahead > 0 && ahead < 0x800000) || now > this.#received + wrapTime
    if (newer) {
      this.#sequence = sequence
      this.#received = now
    }
    return newer
  }
}
