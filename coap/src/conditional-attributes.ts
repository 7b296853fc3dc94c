// `coapstone/experimental/conditional-attributes`: rests on a draft, so that it may change from one version to the next.

export { type ConditionalAttributes, conditionalAttributes } from './layers/conditional-attributes/attributes.ts'
export {
  type ConditionalNotificationOptions,
  conditionalNotificationDefaults,
  conditionalNotifications,
} from './layers/conditional-attributes.ts'
