// How observers are told, where it is the server's choice (RFC 7641 4.3.1, 4.5).

import { UsageError } from '../../errors.ts'

export interface NotificationOptions {
  /**
   * Of notifications that are Non-confirmable, every so many is Confirmable instead, so that who is gone, or never asked, is noticed
   * (RFC 7641 4.5, 7). At least 1: all are. Default 6.
   */
  readonly confirmableEvery?: number
  /**
   * Tells observers of a state that has not changed shortly before its Max-Age is over, so that they always have one that they may use
   * (RFC 7641 4.3.1). Default false: clients ask for themselves.
   */
  readonly refresh?: boolean
}

export type KnownNotificationOptions = Required<NotificationOptions>

export const notificationDefaults: KnownNotificationOptions = {
  confirmableEvery: 6,
  refresh: false,
}

/** The defaults with what is given. Throws a `UsageError` for a number of notifications that is none. */
export function notificationsOf(given: NotificationOptions = {}): KnownNotificationOptions {
  const known = { ...notificationDefaults, ...given }
  if (!Number.isSafeInteger(known.confirmableEvery) || known.confirmableEvery < 1)
    throw new UsageError(`confirmableEvery is an integer of at least 1, not ${known.confirmableEvery}`)
  return known
}
