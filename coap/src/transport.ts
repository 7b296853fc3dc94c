// `coapstone/transport`: transports, and what makes new ones.

export { type Claims, describeIdentity, type Identity, sameIdentity } from './transport/identity.ts'
export { plain } from './transport/plain.ts'
export type { Association, Peer, Transport, TransportReceiver } from './transport/transport.ts'
