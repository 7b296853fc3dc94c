// Captures as Wireshark reads them: the blocks of pcapng (draft-ietf-opsawg-pcapng) for one interface that carries IP packets.

export type CaptureDirection = 'incoming' | 'outgoing'

/** What a capture begins with: a section header and the description of its only interface. */
export function pcapngHeader(): Uint8Array {
  const section = block(0x0a0d0d0a, 16)
  section.setUint32(8, 0x1a2b3c4d, true) // byte-order magic
  section.setUint16(12, 1, true) // version 1.0
  section.setBigInt64(16, -1n, true) // the section ends with the file
  const description = block(1, 8)
  description.setUint16(8, linkTypeRaw, true) // and 0 as the longest packet: no limit; time in microseconds is the default
  const header = new Uint8Array(section.byteLength + description.byteLength)
  header.set(bytesOf(section))
  header.set(bytesOf(description), section.byteLength)
  return header
}

/** An enhanced packet block. `time` is in milliseconds since 1970; it is written in microseconds. */
export function pcapngPacket(time: number, packet: Uint8Array, direction: CaptureDirection): Uint8Array {
  const padded = (packet.length + 3) & ~3
  const written = block(6, 20 + padded + 12)
  const microseconds = Math.round(time * 1000)
  written.setUint32(12, Math.floor(microseconds / 0x1_0000_0000), true) // after 8: the interface, which is number 0
  written.setUint32(16, microseconds % 0x1_0000_0000, true)
  written.setUint32(20, packet.length, true)
  written.setUint32(24, packet.length, true)
  const bytes = bytesOf(written)
  bytes.set(packet, 28)
  const options = 28 + padded
  written.setUint16(options, 2, true) // epb_flags, whose lowest two bits are the direction; then opt_endofopt, which is 0
  written.setUint16(options + 2, 4, true)
  written.setUint32(options + 4, direction === 'incoming' ? 1 : 2, true)
  return bytes
}

const linkTypeRaw = 101 // LINKTYPE_RAW: an IPv4 or IPv6 packet

/** A block with its type and its length at both ends. */
function block(type: number, bodyLength: number): DataView<ArrayBuffer> {
  const length = bodyLength + 12
  const view = new DataView(new ArrayBuffer(length))
  view.setUint32(0, type, true)
  view.setUint32(4, length, true)
  view.setUint32(length - 4, length, true)
  return view
}

function bytesOf(view: DataView<ArrayBuffer>): Uint8Array {
  return new Uint8Array(view.buffer)
}
