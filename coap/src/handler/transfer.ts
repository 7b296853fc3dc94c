// What a caller wishes of the transfer of bodies that do not fit into one message (RFC 7959); the block-wise layer reads it.

/** How far a transfer is. */
export interface Progress {
  readonly direction: 'upload' | 'download'
  /** Bytes that the peer has, or that are here: from the beginning of the body, also where the transfer began further on. */
  readonly transferred: number
  /** Bytes of the whole body; undefined as long as nobody has said. */
  readonly total: number | undefined
}

/** Where a download begins. */
export interface Range {
  /** The first byte, counted from 0. */
  readonly start: number
  /** What the bytes before it are of: if the resource has changed, the transfer ends with an error (`COAP_CHANGED`). */
  readonly etag?: Uint8Array
}

export interface Transfer {
  /** The response is given with its first block, and its body read as it comes. Default false: it is given whole. */
  readonly stream?: boolean
  readonly range?: Range
  /** The most bytes a block has, in both directions: a power of two from 16 to 1,024. Default: what the layer has. */
  readonly blockSize?: number
  /** Called for each block. */
  readonly progress?: (progress: Progress) => void
}
