// Links that CoAP was made for, for `Link`. What a standard or a specification says is cited; latencies and losses depend on
// place and weather, and are chosen.

import type { LinkDirection, LinkProfile } from './link.ts'

/**
 * IEEE 802.15.4 at 2.4 GHz: 250 kbit/s, frames of 127 bytes, of which 102 remain after the MAC's header and 81 with AES-CCM-128
 * (RFC 4944 4); 5 go to the header of a fragment (RFC 4944 5.3), 6 more than the frame to preamble and length. IPv6 packets
 * have 1280 bytes at most (RFC 4944 4), which leaves 1232 to UDP. Compressed IPv6 and UDP headers (RFC 6282) are not counted.
 */
const ieee802154: LinkDirection = {
  bitRate: 250_000,
  frameSize: 76,
  frameOverhead: 127 - 76 + 6,
  maxPacketSize: 1232,
  latency: 5,
  loss: 0.01,
  dutyCycle: 1,
  queue: 8,
}

/**
 * NB-IoT of 3GPP release 13, category NB1: at its best 62 kbit/s up and 26 kbit/s down, in transport blocks of 1000 bits up and
 * 680 bits down. Packets have 1600 bytes at most (TS 36.323), of which IPv6 and UDP headers take 48. The link repeats what is
 * lost, at the price of latency: a packet and its answer take 1.6 to 10 s.
 */
const nbIotUp: LinkDirection = {
  bitRate: 62_000,
  frameSize: 125,
  frameOverhead: 0,
  maxPacketSize: 1552,
  latency: 800,
  loss: 0,
  dutyCycle: 1,
  queue: 16,
}
const nbIotDown: LinkDirection = { ...nbIotUp, bitRate: 26_000, frameSize: 85 }

/**
 * LoRaWAN in Europe, band EU863-870 (LoRaWAN Regional Parameters; RFC 8376 2.1): 250 bit/s and 51 bytes at the longest range
 * (DR0, SF12), 5470 bit/s and 222 bytes at the shortest (DR5, SF7), each in one frame, and 1 % of the time on air. A frame
 * has 13 bytes of headers, and a preamble of 12.25 symbols, as long as 13 bytes at DR0 and 9 at DR5. An answer comes a
 * second after the end of the question at the earliest, when the device listens.
 */
const loraUpSlow: LinkDirection = {
  bitRate: 250,
  frameSize: 51,
  frameOverhead: 13 + 13,
  maxPacketSize: 51,
  latency: 50,
  loss: 0.05,
  dutyCycle: 0.01,
  queue: 4,
}
const loraUpFast: LinkDirection = {
  ...loraUpSlow,
  bitRate: 5470,
  frameSize: 222,
  frameOverhead: 13 + 9,
  maxPacketSize: 222,
}

export const linkProfiles: Readonly<Record<'ieee802154' | 'nbIot' | 'loraSlow' | 'loraFast', LinkProfile>> = {
  ieee802154: { up: ieee802154, down: ieee802154 },
  nbIot: { up: nbIotUp, down: nbIotDown },
  loraSlow: { up: loraUpSlow, down: { ...loraUpSlow, latency: 1000 } },
  loraFast: { up: loraUpFast, down: { ...loraUpFast, latency: 1000 } },
}
