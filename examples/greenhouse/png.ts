// Pixels as a PNG (ISO/IEC 15948). They are stored, not compressed: a picture has the size that it is to have, whatever is on it.

import { crc32, deflateSync } from 'node:zlib'

/** Red, green and blue, 0 to 255 each. */
export type Colour = readonly [red: number, green: number, blue: number]

export function png(width: number, height: number, colourOf: (x: number, y: number) => Colour): Uint8Array {
  const lineLength = 1 + 3 * width // a filter of none, and the pixels
  const lines = new Uint8Array(height * lineLength)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) lines.set(colourOf(x, y), y * lineLength + 1 + 3 * x)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8) // bits a channel, and colours without transparency
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines, { level: 0 })),
    chunk('IEND', new Uint8Array()),
  ])
}

function chunk(name: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12 + data.length)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(name, 4, 'ascii')
  bytes.set(data, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}
