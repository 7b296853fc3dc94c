// `coapstone/udp`: UDP networks for endpoints that you put together yourself.

export { nodeContext } from './node/context.ts'
export { systemResolver } from './node/dns.ts'
export { AskingNetwork } from './node/udp/asking-network.ts'
export { ListeningNetwork } from './node/udp/listening-network.ts'
