// A packet longer than its network takes is the caller's mistake: who makes packets knows `maxPacketSize`.

import { UsageError } from '../errors.ts'

export function checkPacketSize(length: number, maxPacketSize: number): void {
  if (length > maxPacketSize) throw new UsageError(`a packet has at most ${maxPacketSize} bytes here, not ${length}`)
}
