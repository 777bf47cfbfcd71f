import { isLoopback, readOptions } from './check-options.js'
import type { SignalWireOptions } from './options/options.js'
import type { Country } from './options/phone.js'
import { parsePhone } from './phone.js'

/** The checked option `signalwire`. @internal */
export interface ResolvedSignalWire {
  readonly project: string
  readonly token: string
  /** The only origin that ever gets a request with the credentials. */
  readonly origin: string
  /** The number that calls, in E.164. */
  readonly from: string
  /** One key, or two while the app replaces it; `false` disables the check of signatures. */
  readonly signingKeys: readonly string[] | false
  readonly maxPricePerMinute: number | undefined
  /** `Infinity` for no limit. */
  readonly callsPerSecond: number
}

const names = [
  'project',
  'token',
  'space',
  'from',
  'signingKey',
  'maxPricePerMinute',
  'callsPerSecond',
] as const satisfies readonly (keyof SignalWireOptions)[]

/**
 * Checks the option `signalwire`. Also returns the country of `from`. Throws a `TypeError`.
 * @internal
 */
export function resolveSignalWire(signalwire: SignalWireOptions | undefined): {
  readonly signalwire: ResolvedSignalWire
  readonly country: Country
} {
  if (typeof signalwire !== 'object' || signalwire === null)
    throw new TypeError(
      'signalwire: give { project, token, space, from, signingKey } of your Space.',
    )
  const given = readOptions(signalwire, names, 'signalwire.')
  const { project, token, maxPricePerMinute } = given
  // The project becomes a part of a path, so it must be a plain identifier.
  if (typeof project !== 'string' || !/^[\w-]{1,64}$/.test(project))
    throw new TypeError(
      'signalwire.project: give the Project ID from the page "API Credentials" of your Space, a UUID.',
    )
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
    throw new TypeError(
      'signalwire.token: give an API token (PT...) from the page "API Credentials" of your Space.',
    )
  const caller = typeof given.from === 'string' ? parsePhone(given.from) : undefined
  if (caller?.country === undefined)
    throw new TypeError(
      'signalwire.from: give a phone number of your Space in E.164, for example +12025550100.',
    )
  checkPrice(maxPricePerMinute)
  return {
    signalwire: {
      project,
      token,
      origin: resolveSpace(given.space),
      from: caller.number,
      signingKeys: resolveSigningKeys(given.signingKey),
      maxPricePerMinute,
      callsPerSecond: checkedPace(given.callsPerSecond),
    },
    country: caller.country,
  }
}

function resolveSigningKeys(signingKey: unknown): readonly string[] | false {
  if (signingKey === false) return false
  const keys: readonly unknown[] = Array.isArray(signingKey) ? signingKey : [signingKey]
  const isKey = (key: unknown): key is string =>
    typeof key === 'string' && /^[\x21-\x7e]{8,}$/.test(key)
  if (keys.length >= 1 && keys.length <= 2 && keys.every(isKey)) return keys
  throw new TypeError(
    'signalwire.signingKey: give the Signing Key (PSK...) from the page "API Credentials" of your Space, or two of them while you replace it. false disables the check of webhooks.',
  )
}

/** SignalWire accepts at most four decimals, and JavaScript writes small numbers as `1e-7`. */
function checkPrice(price: unknown): void {
  if (price === undefined) return
  if (typeof price === 'number' && price > 0 && price < 100 && /^\d+(\.\d{1,4})?$/.test(`${price}`))
    return
  throw new TypeError(
    'signalwire.maxPricePerMinute: give US dollars, more than 0 and less than 100, with at most four decimals, or leave it out. SignalWire refuses every call with more decimals.',
  )
}

function checkedPace(callsPerSecond: unknown = 1): number {
  if (callsPerSecond === Infinity) return Infinity
  if (typeof callsPerSecond === 'number' && callsPerSecond >= 0.01 && callsPerSecond <= 1000)
    return callsPerSecond
  throw new TypeError(
    'signalwire.callsPerSecond: give the calls that your Space starts in one second, from 0.01 to 1,000, or Infinity for no limit. Without a contract about more, SignalWire starts one.',
  )
}

/**
 * Only a host of three labels or a loopback address is allowed, because the credentials go there.
 */
function resolveSpace(space: unknown): string {
  if (typeof space === 'string') {
    const name = space.toLowerCase()
    const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
    if (new RegExp(`^${label}$`).test(name)) return `https://${name}.signalwire.com`
    if (new RegExp(`^${label}\\.${label}\\.[a-z]{2,63}$`).test(name)) return `https://${name}`
    const url = name.startsWith('http://') && URL.canParse(name) ? new URL(name) : undefined
    if (url !== undefined && isLoopback(url.hostname) && url.href === `${url.origin}/`)
      return url.origin
  }
  throw new TypeError(
    'signalwire.space: give the host of your Space without https:// (acme.signalwire.com), its first label (acme), or http://127.0.0.1:<port> for a simulated Space.',
  )
}
