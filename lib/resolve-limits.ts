import { readOptions, type RenamedOptions, wholeNumber } from './check-options.js'
import type { Limits } from './options/limits.js'

/** The limits of an app that sets none. @internal */
export const defaultLimits: Limits = {
  attemptsPerChallenge: 5,
  attemptsPerUser: 10,
  attemptsPerUserSeconds: 86_400,
  lockoutSeconds: 900,
  maxConsecutiveFailures: 100,
  consecutiveFailureSeconds: 1_728_000,
  callIntervalSeconds: 60,
  callsPerUserHour: 5,
  callsPerPhoneTenMinutes: 3,
  callsPerPhoneDay: 10,
  callsPerPrefixTenMinutes: 100,
  callsPerAppMinute: 60,
  callsPerAppDay: 10_000,
  enrollCallsPerPhoneTenMinutes: 2,
  enrollCallsPerPhoneDay: 4,
  enrollCallsPerAppMinute: 20,
  approveCallsPerUserHour: 20,
  approveCallsPerPhoneTenMinutes: 6,
  approveCallsPerPhoneDay: 40,
  approveCallIntervalSeconds: 20,
  reportedSeconds: 600,
}
const names = Object.keys(defaultLimits) as (keyof Limits)[]

const renamed: RenamedOptions = {
  guessesPerChallenge: 'attemptsPerChallenge',
  guessesPerUser: 'attemptsPerUser',
  guessesPerUserSeconds: 'attemptsPerUserSeconds',
  pauseSeconds: 'lockoutSeconds',
  guessesInARow: 'maxConsecutiveFailures',
  guessesInARowSeconds: 'consecutiveFailureSeconds',
  callsPerNumberTenMinutes: 'callsPerPhoneTenMinutes',
  callsPerNumberDay: 'callsPerPhoneDay',
  enrolCallsPerNumberTenMinutes: 'enrollCallsPerPhoneTenMinutes',
  enrolCallsPerNumberDay: 'enrollCallsPerPhoneDay',
  enrolCallsPerAppMinute: 'enrollCallsPerAppMinute',
}

/** Checks the option `limits` and fills in the defaults. Throws a `TypeError`. @internal */
export function resolveLimits(limits: Partial<Limits> | undefined = {}): Limits {
  if (typeof limits !== 'object' || limits === null)
    throw new TypeError('limits: give an object, or omit it.')
  const given = readOptions<Partial<Limits>>(limits, names, 'limits.', renamed)
  const resolve = (name: keyof Limits): unknown =>
    given[name] === undefined ? defaultLimits[name] : checkedLimit(name, given[name])
  return Object.fromEntries(names.map(name => [name, resolve(name)])) as unknown as Limits
}

/** Limits that nobody may switch off: without them, an attacker could try codes for ever. */
const always: ReadonlySet<string> = new Set<keyof Limits>([
  'attemptsPerChallenge',
  'attemptsPerUserSeconds',
  'lockoutSeconds',
  'consecutiveFailureSeconds',
])
const maxSeconds = 1_728_000
const maxCount = 1_000_000

function checkedLimit(name: keyof Limits, limit: unknown): unknown {
  const canBeFalse = !always.has(name)
  if (limit === false && canBeFalse) return limit
  if (typeof limit === 'function' && /Phone|Prefix/.test(name)) return limit
  const most =
    name === 'attemptsPerChallenge' ? 10 : name.endsWith('Seconds') ? maxSeconds : maxCount
  return wholeNumber(`limits.${name}`, limit, 1, most, canBeFalse ? ', or false for no limit' : '')
}
