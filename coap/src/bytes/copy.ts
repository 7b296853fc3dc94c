// Copies that are copies: the `slice` of Node's Buffer, which is a Uint8Array too, gives a view of the same bytes.

/** The first `length` bytes, by default all, in memory of their own. */
export function copyBytes(bytes: Uint8Array, length: number = bytes.length): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(length)
  copy.set(length === bytes.length ? bytes : bytes.subarray(0, length))
  return copy
}
