import type { Scope, SimulatorOptions, Trial, Undocumented } from '../types/options.js'
import { isPhoneNumber } from './phones.js'

/** How a Space is set up, with all defaults. @internal */
export interface Settings {
  readonly callsPerSecond: number
  readonly queueLength: number
  readonly trial: Trial | undefined
  readonly scopes: readonly Scope[]
  /** `undefined`: all countries. */
  readonly countries: readonly string[] | undefined
  readonly undocumented: Required<Undocumented>
}

const allScopes: readonly Scope[] = ['Voice', 'Messaging', 'Management']
/**
 * SignalWire calls only these countries until a request form for international calls is granted.
 */
const trialCountries = ['US', 'CA']
const defaults: Required<Undocumented> = {
  keyStopsSpeech: true,
  keysBeforeGather: 'lost',
  finishKeyInDigits: false,
  declinedCall: 'busy',
  answeredByMachine: 'machine_start',
}

/**
 * Adds the defaults to the options. Throws a TypeError for an option that is not valid.
 * @internal
 */
export function resolveSettings({
  callsPerSecond = Infinity,
  trial,
  queueLength = trial === undefined ? 10_000 : 10,
  scopes = allScopes,
  geographicPermissions,
  undocumented = {},
}: SimulatorOptions): Settings {
  if (!(callsPerSecond > 0))
    throw new TypeError('callsPerSecond is a number above 0, or Infinity for no limit')
  if (!Number.isInteger(queueLength) || queueLength < 1)
    throw new TypeError('queueLength is a whole number, 1 or more')
  if (
    trial !== undefined &&
    !(Array.isArray(trial.verified) && trial.verified.every(isPhoneNumber))
  )
    throw new TypeError("trial is { verified: ['+12025550123', ...] }: numbers in E.164")
  const unknownScope = scopes.find(scope => !allScopes.includes(scope))
  if (unknownScope !== undefined)
    throw new TypeError(`scopes has '${unknownScope}': one of ${allScopes.join(', ')}`)
  const noCountry = geographicPermissions?.find(country => !/^[A-Z]{2}$/.test(country))
  if (noCountry !== undefined)
    throw new TypeError(
      `geographicPermissions has '${noCountry}': ISO 3166 codes of two letters, such as US`,
    )
  const unknownName = Object.keys(undocumented).find(name => !Object.hasOwn(defaults, name))
  if (unknownName !== undefined)
    throw new TypeError(
      `undocumented has no '${unknownName}': one of ${Object.keys(defaults).join(', ')}`,
    )
  return {
    callsPerSecond,
    queueLength,
    trial,
    scopes,
    countries: trial === undefined ? geographicPermissions : trialCountries,
    undocumented: { ...defaults, ...undocumented },
  }
}
