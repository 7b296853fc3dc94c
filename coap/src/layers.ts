// `coapstone/layers`: what goes around a handler.

export { criticalOptions, understands } from './layers/critical-options.ts'
export { log } from './layers/log.ts'
