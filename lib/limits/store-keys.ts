import type { Keys } from '../crypto.js'

type Parts = readonly (string | number)[]
type StoreKeys = Pick<Keys, 'storeName'>

/**
 * A key in the limiter's store. The part before the dot names the owner of the count: a user, a
 * number, a prefix, a country or the app. So a limiter can send all counts of one owner in one
 * command (see lib/redis), and keeps counts that users share apart from the counts of one user.
 * Both parts are keyed hashes.
 */
const keyOf = (keys: StoreKeys, owner: Parts, name: Parts): string =>
  [owner, name]
    .filter(({ length }) => length > 0)
    .map(parts => keys.storeName(...parts))
    .join('.')

/** The key of a count of a user. @internal */
export const userKey = (keys: StoreKeys, userId: string, ...name: Parts): string =>
  keyOf(keys, ['user', userId], name)

/** The key of a count of a number and its extensions. @internal */
export const numberKey = (keys: StoreKeys, number: string, ...name: Parts): string =>
  keyOf(keys, ['number', number], name)

/** The key of a count of a prefix: a number without its last four digits. @internal */
export const prefixKey = (keys: StoreKeys, prefix: string, ...name: Parts): string =>
  keyOf(keys, ['prefix', prefix], name)

/** The key of a count of a country. @internal */
export const countryKey = (keys: StoreKeys, country: string, ...name: Parts): string =>
  keyOf(keys, ['country', country], name)

/** The key of a count of the whole app. @internal */
export const appKey = (keys: StoreKeys, ...name: Parts): string => keyOf(keys, ['app'], name)
