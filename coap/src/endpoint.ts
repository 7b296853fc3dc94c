// `coapstone/endpoint`: endpoints that you put together yourself, of the transports that you choose.

export type { Continuity } from './endpoint/continuity.ts'
export { Endpoint, type EndpointOptions } from './endpoint/endpoint.ts'
export type { GroupInit } from './endpoint/exchanges/group-exchanges.ts'
export { type Limits, limitDefaults } from './endpoint/limits.ts'
export { type NotificationOptions, notificationDefaults } from './endpoint/responder/notification-options.ts'
export type { Statistics } from './endpoint/statistics.ts'
