// `coapstone/layers`: what goes around a handler.

export { type ConditionalOptions, conditional, conditionalDefaults } from './layers/conditional.ts'
export { contentTag } from './layers/content-tag.ts'
export { criticalOptions, understands } from './layers/critical-options.ts'
export { log } from './layers/log.ts'
