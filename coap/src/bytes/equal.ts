// Whether bytes are the same. Not for secrets: how long it takes says where they differ.

/** Also of what may be missing: two that are missing are equal. */
export function equalBytes(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  if (one.length !== other.length) return false
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false
  return true
}

/** Is one of these the same? */
export function includesBytes(list: readonly Uint8Array[], bytes: Uint8Array): boolean {
  return list.some((each) => equalBytes(each, bytes))
}
