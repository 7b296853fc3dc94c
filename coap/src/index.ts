// `coapstone`: what most programs need. The parts to put together yourself have entry points of their own.

export type { AskInit } from './client/ask.ts'
export { Client, type ClientOptions, type MethodInit, type PingInit } from './client/client.ts'
export type { DiscoveredServer, DiscoverInit } from './client/discovery.ts'
export { type Durability, durabilityDefaults } from './client/observation/durability.ts'
export type {
  EndedEvent,
  EndReason,
  MovedEvent,
  NotificationEvent,
  ObservationEvent,
  ReRegisteredEvent,
  StaleEvent,
  StaleReason,
} from './client/observation/event.ts'
export type { Observation } from './client/observation/observation.ts'
export type { ObserveInit } from './client/observation/observe-init.ts'
export type { ClientRequestInit } from './client/request-init.ts'
export type { WaitOptions } from './client/wait.ts'
export type { Abortable, Signal } from './context/signal.ts'
export {
  CoapError,
  ConnectionError,
  ExchangeError,
  FormatError,
  ResetError,
  SecurityError,
  TimeoutError,
  UsageError,
} from './errors.ts'
export type { Body, StreamSource } from './handler/body.ts'
export { after, compose, type Handler, type Layer } from './handler/handler.ts'
export type { ProblemDetails, ProblemText } from './handler/problem-details.ts'
export { Request, type RequestInit } from './handler/request.ts'
export {
  type Change,
  type Content,
  problemOf,
  type Recipient,
  Response,
  ResponseError,
  type ResponseInit,
  type StreamInit,
} from './handler/response.ts'
export type { Retry, RetryOptions } from './handler/retry-options.ts'
export { Subject } from './handler/subject.ts'
export type { Progress, Range, Transfer } from './handler/transfer.ts'
export { log } from './layers/log.ts'
export { Code, describeCode, type Method } from './message/code.ts'
export { ContentFormat, contentFormat } from './message/content-format.ts'
export type { Option } from './message/option.ts'
export * as options from './message/option.ts'
export { Options } from './message/options.ts'
export type { Transmission } from './message/transmission.ts'
export { contentOf, type Representation, represent, representations } from './server/content.ts'
export { problem } from './server/problem.ts'
export type { RouteAttributes, RouteDescription, RouteHandler } from './server/route.ts'
export type { Params } from './server/route-path.ts'
export { Router } from './server/router.ts'
export { type ServeOptions, type Server, serve, serveDefaults } from './server/serve.ts'
export { anonymous, type Claims, describeIdentity, type Identity } from './transport/identity.ts'
export type { Association, Peer } from './transport/transport.ts'
export { CoapUri } from './uri/coap-uri.ts'
