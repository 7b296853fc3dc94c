// What happens to an observation beside the states that it brings, in words.

import type { EndReason, MovedEvent, ReRegisteredEvent, StaleEvent } from '../client/observation/event.ts'
import { describeCode } from '../message/code.ts'
import { describeAddress } from '../network/address.ts'

export function observationNote(event: StaleEvent | ReRegisteredEvent | MovedEvent): string {
  switch (event.type) {
    case 'stale':
      return staleNote(event)
    case 're-registered':
      return event.observed
        ? 'Observed again.'
        : 'It answers, but does not tell of changes for now: it is asked again when its answer is too old.'
    case 'moved':
      return `The server is at ${describeAddress(event.to)} now, not at ${describeAddress(event.from)}.`
  }
}

/** Undefined where there is nothing to say: an error response has said it. */
export function endNote(reason: EndReason): string | undefined {
  return reason === 'not-observed' ? 'The server does not observe this resource: that was its one answer.' : undefined
}

function staleNote({ reason, response, error }: StaleEvent): string {
  switch (reason) {
    case 'max-age':
      return 'What is shown is older than the server said it would be: asking again.'
    case 'lost': {
      const why = error instanceof Error ? `: ${error.message.replace(/[.\n].*/s, '')}` : ''
      return `The server is lost${why}. It is asked until it answers.`
    }
    case 'unavailable':
      return `The server cannot answer for now${response === undefined ? '' : ` (${describeCode(response.code)})`}: it is asked again.`
  }
}
