import { readOptions, wholeNumber } from './check-options.js'
import type { FraudLimits, FraudOptions } from './options/fraud.js'

/** The checked option `fraud`, with every default filled in. @internal */
export type ResolvedFraud = FraudLimits & { readonly observe: boolean }

/** The fraud guard of an app that sets nothing. @internal */
export const defaultFraud: ResolvedFraud = {
  unusedPerPrefixDay: 50,
  unusedPerCountryDay: 500,
  sendsPerPrefixDay: 500,
  observe: false,
}
const names = Object.keys(defaultFraud) as (keyof ResolvedFraud)[]
const maxCount = 1_000_000

/** Checks the option `fraud` and fills in the defaults. Throws a `TypeError`. @internal */
export function resolveFraud(fraud: FraudOptions | undefined = {}): ResolvedFraud {
  if (typeof fraud !== 'object' || fraud === null)
    throw new TypeError('fraud: give an object, or omit it.')
  const given = readOptions<FraudOptions>(fraud, names, 'fraud.')
  const { observe = defaultFraud.observe } = given
  if (typeof observe !== 'boolean') throw new TypeError('fraud.observe: give true or false.')
  const resolve = <Name extends keyof FraudLimits>(name: Name): FraudLimits[Name] => {
    const limit: unknown = given[name] === undefined ? defaultFraud[name] : given[name]
    if (limit !== false && typeof limit !== 'function')
      wholeNumber(`fraud.${name}`, limit, 1, maxCount, ', false for no limit, or a function')
    return limit as FraudLimits[Name]
  }
  return {
    unusedPerPrefixDay: resolve('unusedPerPrefixDay'),
    unusedPerCountryDay: resolve('unusedPerCountryDay'),
    sendsPerPrefixDay: resolve('sendsPerPrefixDay'),
    observe,
  }
}
