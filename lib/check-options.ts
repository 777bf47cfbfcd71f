// Checks that the options of the strategy share. Every message names the option and how to fix it.

/** Names that earlier drafts used, and what to use in their place. @internal */
export type RenamedOptions = Readonly<Record<string, string>>

/**
 * Copies the own properties of an object into one without a prototype, and returns other values as
 * they are. A bug elsewhere in the app may let an attacker write to `Object.prototype`. Such a
 * property must not count as an option.
 * @internal
 */
export function copyOwn<T>(given: T): T {
  if (typeof given !== 'object' || given === null) return given
  return Object.assign(Object.create(null) as T & object, given)
}

/**
 * Copies the own properties of an object of options. Throws a `TypeError` for a property that is
 * not an option. The message has `prefix` before the name of the property, for example `limits.`.
 * @internal
 */
export function readOptions<T extends object>(
  given: T,
  names: readonly (keyof T & string)[],
  prefix = '',
  renamed: RenamedOptions = {},
): T {
  for (const name of Object.keys(given)) {
    if ((names as readonly string[]).includes(name)) continue
    const hint = Object.hasOwn(renamed, name)
      ? `Use ${prefix.endsWith(' ') ? '' : prefix}${renamed[name]}.`
      : `The options are: ${names.join(', ')}.`
    throw new TypeError(`${prefix}${name}: there is no such option. ${hint}`)
  }
  return copyOwn(given)
}

/**
 * Returns `value` if it is a whole number from `least` to `most`, and throws a `TypeError`
 * otherwise. `alternative` ends the message, for example `, or false for no limit`.
 * @internal
 */
export function wholeNumber(
  name: string,
  value: unknown,
  least: number,
  most: number,
  alternative = '',
): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most)
    return value
  throw new TypeError(
    `${name}: give a whole number from ${least} to ${most.toLocaleString('en-US')}${alternative}.`,
  )
}

/** Whether the host of a URL is this machine, so that `http` is allowed. @internal */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
