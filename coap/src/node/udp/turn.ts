// A turn of the event loop, as all sockets of the process see it: packets of one turn leave together at its end. One that is likely to be
// the only one leaves at once: who waits for one answer after the other gets each sooner.

/** Packets of this turn. */
let packets = 0
/** The last turn had one packet. */
let alone = true
const deeds: (() => void)[] = []

/** A packet is to leave. True: at once; false: when its turn ends. */
export function leavesAtOnce(): boolean {
  packets++
  if (packets > 1) return false
  setImmediate(end)
  return alone
}

/** Does something when this turn ends, of which a packet has been counted. */
export function atEndOfTurn(deed: () => void): void {
  deeds.push(deed)
}

function end(): void {
  alone = packets === 1
  packets = 0
  for (const deed of deeds.splice(0)) deed()
}
