// `coapstone/testing`: networks in memory with all that can happen on a real one, a clock that you turn, and the suites that a network
// or a transport of your own can run against itself.

export { Capture } from './network/capture.ts'
export {
  type Chance,
  type FaultCounters,
  FaultInjector,
  type Faults,
  faultDefaults,
} from './network/fault-injector.ts'
export { Link, type LinkCounters, type LinkDirection, type LinkProfile } from './network/link.ts'
export { linkProfiles } from './network/link-profiles.ts'
export {
  MemoryHub,
  type MemoryHubOptions,
  MemoryNetwork,
  type MemoryNetworkOptions,
  memoryHubDefaults,
  memoryNetworkDefaults,
} from './network/memory.ts'
export { NatBox, type NatCounters, type NatOptions, natDefaults } from './network/nat.ts'
export type { NatBehavior } from './network/nat-mapping.ts'
export { NetworkAround } from './network/network-around.ts'
export { TurnedClock, type TurnedClockOptions } from './testing/clock.ts'
export type { ConformanceCase } from './testing/conformance.ts'
export { createContext, type TestContext, type TestContextOptions, type TraceEvent } from './testing/context.ts'
export { type NetworkBench, networkConformance } from './testing/network-conformance.ts'
export { SeededRandom } from './testing/random.ts'
export { RecordingTransport, type RecordingTransportOptions } from './testing/recording-transport.ts'
export {
  type ToyCredential,
  ToySecurity,
  type ToySecurityOptions,
  toySecurity,
} from './testing/toy-security/toy-security.ts'
export { type TransportTraits, transportConformance } from './testing/transport-conformance.ts'
export type { TransportBench } from './testing/transport-pair.ts'
