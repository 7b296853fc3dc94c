// What happened, told to whoever listens: names are stable and documented in docs/tracing.md. Nothing is built for a listener that
// is not there, and neither keys nor payloads are ever told.

export interface Trace {
  /** Ask before you build what you would tell. */
  readonly enabled: boolean
  /** `name` is one of `traceNames`. */
  tell(name: TraceName, event: Readonly<Record<string, unknown>>): void
}

export type TraceName = (typeof traceNames)[number]

/** The names of what is told; on Node they are `diagnostics_channel` names. */
export const traceNames = [
  'coapstone:message:sent',
  'coapstone:message:received',
  'coapstone:message:dropped',
  'coapstone:association:established',
  'coapstone:association:moved',
  'coapstone:association:closed',
  'coapstone:exchange:settled',
  'coapstone:request:retried',
  'coapstone:request:looped',
  'coapstone:observation:ended',
  'coapstone:handler:failed',
  'coapstone:network:failed',
] as const

/** For who does not want to know. */
export const silentTrace: Trace = { enabled: false, tell() {} }
