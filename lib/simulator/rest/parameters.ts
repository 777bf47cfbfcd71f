import { isWebUrl } from '../http/webhook.js'
import { codes } from './outcome.js'

/** The fields of a request, as text. @internal */
export type Parameters = Readonly<Record<string, string>>

/** What is wrong with a request. @internal */
export interface Problem {
  readonly code: number
  readonly message: string
}

/** How one parameter is checked. @internal */
export interface Rule {
  readonly fits: (text: string) => boolean
  readonly code: number
  readonly message: string
}

/**
 * Checks each parameter. Returns what is wrong with the first one that does not fit, or is not
 * simulated.
 * @internal
 */
export function checkParameters(
  given: Parameters,
  rules: Readonly<Record<string, Rule>>,
  documented: readonly string[],
): Problem | undefined {
  for (const [name, value] of Object.entries(given)) {
    if (documented.includes(name))
      return { code: codes.unsupportedParameter, message: `'${name}' is not simulated` }
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined)
      return {
        code: codes.unsupportedParameter,
        message: `'${name.slice(0, 40)}' is not a parameter of this request`,
      }
    if (!rule.fits(value)) return { code: rule.code, message: rule.message }
  }
  return undefined
}

const loopback = ['127.0.0.1', 'localhost', '[::1]']

/** Anybody in the network can read plain http, so only an app on this machine may use it. */
function isAppUrl(text: string): boolean {
  if (!isWebUrl(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || loopback.includes(hostname)
}

/** A parameter that is the URL of a webhook. @internal */
export const urlRule = (name: string, code: number): Rule => ({
  fits: isAppUrl,
  code,
  message:
    `'${name}' must be an absolute https URL (http only for this machine) without a fragment: ` +
    'connection overrides are not simulated',
})

/** A parameter that is an HTTP method. @internal */
export const methodRule = (name: string): Rule => ({
  fits: text => text === 'GET' || text === 'POST',
  code: 21209,
  message: `'${name}' is GET or POST`,
})

/** The method that a parameter gives; POST by default. @internal */
export const methodOf = (given: Parameters, name: string): 'GET' | 'POST' =>
  given[name] === 'GET' ? 'GET' : 'POST'
