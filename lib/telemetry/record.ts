import type { VoiceOtpEvents } from '../events.js'
import type { Budgets } from './budgets.js'
import type { Instruments } from './instruments.js'
import type { Labels } from './labels.js'

/** What happens at each event that is measured. @internal */
export type Recorders = {
  readonly [Name in keyof VoiceOtpEvents]?: (...details: VoiceOtpEvents[Name]) => void
}

/** The dependency behind the code of an error. */
const dependencies: Readonly<Record<string, string>> = {
  'limiter-unavailable': 'limiter',
  'session-unavailable': 'session-store',
  'signalwire-unavailable': 'signalwire',
  'phone-lookup-failed': 'phone-lookup',
  'callback-failed': 'callback',
  configuration: 'configuration',
  unknown: 'unknown',
}

/**
 * The dependency that made a request fail; `undefined` if the request did not fail, or if the user
 * is the reason.
 * @internal
 */
export const dependencyOf = (outcome: string): string | undefined =>
  Object.hasOwn(dependencies, outcome) ? dependencies[outcome] : undefined

/**
 * Turns events into metrics. No user, no number, no SignalWire id and no free text gets into one.
 * @internal
 */
export function createRecorders(
  instruments: Instruments,
  budgets: Budgets,
  labels: Labels,
): Recorders {
  const { sends, attempts } = instruments
  const bound = (values: Readonly<Record<string, unknown>>) => labels.bound(values)
  const countError = (dependency: string) => instruments.errors.add(1, { dependency })
  return {
    'code.sent': ({ channel, purpose, country, startsIn }) => {
      sends.add(1, bound({ outcome: 'sent', channel, purpose, country }))
      if (startsIn !== undefined) instruments.queueWait.record(startsIn)
    },
    'code.blocked': ({ purpose, code, limit }) => {
      // Without the country. Somebody who asks for numbers of all countries would use up the values
      // of the label, and the countries that are really called would become `other`.
      sends.add(1, bound({ outcome: 'blocked', purpose, code, limit }))
    },
    'code.failed': ({ channel, purpose, country, code }) => {
      sends.add(1, bound({ outcome: 'failed', channel, purpose, country, code }))
    },
    'call.ringing': ({ seconds, country }) => {
      instruments.timeToRing.record(seconds, bound({ channel: 'call', country }))
    },
    'call.answered': ({ seconds, country }) => {
      const where = bound({ channel: 'call', country })
      instruments.timeToAnswer.record(seconds, where)
      instruments.answers.add(1, where)
    },
    'code.accepted': ({ channel, country, seconds }) => {
      const where = bound({ channel, country })
      instruments.timeToCode.record(seconds, where)
      instruments.completions.add(1, where)
      attempts.add(1, { result: 'right' })
    },
    'code.rejected': ({ code, compared }) => {
      attempts.add(1, bound({ result: compared ? 'wrong' : 'refused', code }))
    },
    'code.unused': ({ channel, country }) => {
      instruments.unused.add(1, bound({ channel, country }))
    },
    'user.locked': ({ limit }) => {
      instruments.locks.add(1, bound({ limit }))
    },
    'call.reported': () => {
      instruments.reports.add(1)
    },
    'fraud.counted': ({ limit, country, left }) => {
      budgets.note(left, bound({ limit, country }))
    },
    'trail.failed': () => countError('trail'),
    'notify.failed': () => countError('notice'),
    'request.handled': ({ what, outcome, milliseconds }) => {
      instruments.requests.record(milliseconds / 1000, bound({ what, outcome }))
      const dependency = dependencyOf(outcome)
      if (dependency !== undefined) countError(dependency)
    },
  }
}
