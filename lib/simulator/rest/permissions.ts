import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { Settings } from '../network/settings.js'

/** Why a project may not reach a number. @internal */
export interface Obstacle {
  readonly code: 21219 | 'not_routable'
  readonly message: string
}

/**
 * Why the project may not reach a number at all, or `undefined`. Source: SignalWire, "Trial mode".
 * @internal
 */
export function trialObstacle({ trial }: Settings, to: string): Obstacle | undefined {
  if (trial === undefined || trial.verified.includes(to)) return undefined
  return {
    code: 21219,
    message: "'To' is not a verified number: a project in trial reaches only verified numbers",
  }
}

/**
 * Why the project may not call a number, or `undefined`. Source: SignalWire, "International calls".
 * @internal
 */
export function callObstacle(settings: Settings, to: string): Obstacle | undefined {
  const country = countryOf(to)
  if (settings.countries?.includes(country) === false)
    return {
      code: 'not_routable',
      message:
        `calls to ${country} are not permitted: international calls need the request form, ` +
        'then Geographic Permissions in the dashboard, and never work in trial',
    }
  return trialObstacle(settings, to)
}

function countryOf(number: string): string {
  const parsed = parsePhoneNumberFromString(number)
  return parsed?.country ?? parsed?.getPossibleCountries()[0] ?? 'an unknown country'
}
