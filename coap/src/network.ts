// `coapstone/network`: networks, and what makes new ones.

export type { Context } from './context/context.ts'
export { Timer, type Timers } from './context/timer.ts'
export { TimerWheel } from './context/timer-wheel.ts'
export { silentTrace, type Trace, type TraceName, traceNames } from './context/trace.ts'
export type { GroupRoute, Network, NetworkAddress, NetworkReceiver, Path } from './network/network.ts'
export { NetworkAround, type WrapNetwork } from './network/network-around.ts'
export {
  CachingResolver,
  type CachingResolverOptions,
  cachingResolverDefaults,
  type Resolution,
  type Resolver,
} from './network/resolver.ts'
