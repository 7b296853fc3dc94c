// `coapstone/message`: messages, options and codes, without a network.

export {
  type Block,
  blockFrom,
  blockOf,
  blockSizeOf,
  blockValue,
  describeBlock,
  largestSizeExponent,
  lastBlockNumber,
  sizeExponentOf,
} from './message/block.ts'
export {
  Code,
  codeClass,
  codeName,
  describeCode,
  formatCode,
  isIdempotent,
  isRequest,
  isResponse,
  isSafe,
  type Method,
  methods,
} from './message/code.ts'
export {
  ContentFormat,
  contentCodingOf,
  contentFormat,
  contentFormats,
  isText,
  mediaTypeOf,
} from './message/content-format.ts'
export {
  Datagram,
  decodeDatagram,
  encodeDatagram,
  encodeEmpty,
  type Malformation,
  malformation,
  Type,
} from './message/datagram.ts'
export { Message, type MessageInit } from './message/message.ts'
export * from './message/option.ts'
export { empty, type OptionFormat, opaque, string, uint } from './message/option-format.ts'
export { Options, type RawOption } from './message/options.ts'
export {
  type CongestionControl,
  exchangeLifetime,
  maxTransmitSpan,
  maxTransmitWait,
  nonLifetime,
  type Transmission,
  type TransmissionParameters,
  transmissionDefaults,
} from './message/transmission.ts'
