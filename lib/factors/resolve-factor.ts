import { isChannel } from '../channels.js'
import { readOptions, wholeNumber } from '../check-options.js'
import type { RegisteredFactor } from '../factor-registry.js'
import type {
  FactorCheck,
  HostedStrategy,
  ReservedFactorName,
  SecondFactorOptions,
} from '../options/second-factor.js'
import { CheckStrategy } from './check-strategy.js'

const names = [
  'name',
  'amr',
  'has',
  'phishingResistant',
  'trustAfterHours',
  'codeField',
  'callback',
] as const satisfies readonly (keyof SecondFactorOptions)[]

const reserved: ReadonlySet<string> = new Set<ReservedFactorName>([
  'phone',
  'recovery',
  'remembered',
  'voice-otp',
])

/**
 * Checks the options of `secondFactor()` and fills in the defaults. Throws a `TypeError` that says
 * how to fix them.
 * @internal
 */
export function resolveFactor<User>(options: SecondFactorOptions<User>): RegisteredFactor<User> {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('secondFactor(strategy, options): give { name, amr, has }.')
  const given = readOptions<SecondFactorOptions<User>>(options, names, 'secondFactor: ')
  const { phishingResistant = false, callback, codeField } = given
  if (typeof given.has !== 'function')
    throw new TypeError(
      'secondFactor({ has }): give a function (user, req) that returns whether the user has this factor.',
    )
  if (typeof phishingResistant !== 'boolean')
    throw new TypeError('secondFactor({ phishingResistant }): give true or false, or omit it.')
  if (callback !== undefined && callback !== 'GET')
    throw new TypeError("secondFactor({ callback }): give 'GET', or omit it.")
  checkCodeField(codeField, phishingResistant || callback !== undefined)
  if (given.trustAfterHours !== undefined && !phishingResistant)
    throw new TypeError(
      'secondFactor({ trustAfterHours }): it needs phishingResistant: true. Omit it.',
    )
  const trustAfterHours = given.trustAfterHours ?? 24
  return {
    name: checkedName(given.name),
    amr: checkedAmr(given.amr),
    has: given.has.bind(options),
    phishingResistant,
    trustAfterHours: wholeNumber('secondFactor: trustAfterHours', trustAfterHours, 0, 480),
    codeField,
    needsBegin: phishingResistant || callback !== undefined,
    allowsGet: callback === 'GET',
  }
}

function checkedName(name: unknown): string {
  if (
    typeof name === 'string' &&
    /^[a-z][a-z0-9-]{0,39}$/.test(name) &&
    !isChannel(name) &&
    !reserved.has(name)
  )
    return name
  throw new TypeError(
    `secondFactor({ name }): give 1 to 40 lower-case letters, digits and hyphens, a letter first, for example 'passkey'. These names are taken: call, sms, hosted-call, hosted-sms, ${[...reserved].join(', ')}.`,
  )
}

function checkedAmr(amr: unknown): readonly string[] {
  if (
    Array.isArray(amr) &&
    amr.length > 0 &&
    amr.every(each => typeof each === 'string' && /^[a-z0-9_+-]{1,40}$/.test(each))
  )
    return Object.freeze([...(amr as readonly string[])])
  throw new TypeError(
    "secondFactor({ amr }): give the factor's references of RFC 8176, for example ['otp'].",
  )
}

function checkCodeField(codeField: unknown, needsBegin: boolean): void {
  if (codeField === undefined) return
  if (typeof codeField !== 'string' || !/^[\w-]{1,64}$/.test(codeField))
    throw new TypeError(
      "secondFactor({ codeField }): give the name of the field in the body, for example 'code'.",
    )
  // A code can be typed on a fake site.
  if (needsBegin)
    throw new TypeError(
      'secondFactor({ codeField }): a code is never phishing-resistant, and never comes with a GET callback. Omit one of the options.',
    )
}

/**
 * Checks a strategy, or makes one of a function. Throws a `TypeError` if the strategy cannot run
 * each request on an object of its own. If `authenticate` is an arrow function, its `this` is
 * always the strategy, so it would report the result of one request to another.
 * @internal
 */
export function resolveStrategy(strategy: unknown): HostedStrategy {
  if (typeof strategy === 'function' && !isStrategyClass(strategy))
    return new CheckStrategy(strategy as FactorCheck<unknown>)
  const { authenticate } = Object(strategy) as { authenticate?: unknown }
  if (typeof authenticate !== 'function')
    throw new TypeError(
      'secondFactor(strategy): give an instance of a Passport strategy, which has a method authenticate(), or a function (req, user, action) that returns whether the answer is right.',
    )
  if (
    Object.hasOwn(strategy as object, 'authenticate') &&
    !Object.hasOwn(authenticate, 'prototype')
  )
    throw new TypeError(
      'secondFactor(strategy): authenticate is an arrow function. Use a class method or `function`, because each request needs its own `this`.',
    )
  return strategy as HostedStrategy
}

/** A class without `new`, by mistake. */
const isStrategyClass = ({ prototype }: { readonly prototype?: unknown }): boolean =>
  'authenticate' in Object(prototype)
