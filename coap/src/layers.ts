// `coapstone/layers`: what goes around a handler.

export { type Retry, type RetryOptions, retryDefaults } from './handler/retry-options.ts'
export { blockwiseClient } from './layers/blockwise/client.ts'
export { type BlockwiseOptions, blockwiseDefaults } from './layers/blockwise/options.ts'
export { blockwiseServer } from './layers/blockwise/server.ts'
export { type CacheOptions, cache, cacheDefaults } from './layers/cache.ts'
export { type ConditionalOptions, conditional, conditionalDefaults } from './layers/conditional.ts'
export { contentTag } from './layers/content-tag.ts'
export { criticalOptions, understands } from './layers/critical-options.ts'
export { type AnswerEchoOptions, answerEcho, answerEchoDefaults } from './layers/echo/answer-echo.ts'
export { demandEcho, type EchoDemand } from './layers/echo/demand-echo.ts'
export {
  type AmplificationOptions,
  amplificationDefaults,
  limitAmplification,
} from './layers/echo/limit-amplification.ts'
export { type HopLimitOptions, hopLimit, hopLimitDefaults } from './layers/hop-limit.ts'
export { log } from './layers/log.ts'
export { retry } from './layers/retry.ts'
