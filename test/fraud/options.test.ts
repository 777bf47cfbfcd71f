import { expect, test } from 'vitest'
import type { FraudOptions } from 'passport-voice-otp'
import { defaultFraud, resolveFraud } from '../../lib/resolve-fraud.js'

const resolve = (fraud: unknown) => () => resolveFraud(fraud as FraudOptions)

test('an app that sets nothing gets the defaults, and limits that are left out keep theirs', () => {
  expect(resolveFraud(undefined)).toEqual(defaultFraud)
  const prefix = () => 7
  expect(
    resolveFraud({ unusedPerPrefixDay: prefix, unusedPerCountryDay: false, observe: true }),
  ).toEqual({
    unusedPerPrefixDay: prefix,
    unusedPerCountryDay: false,
    sendsPerPrefixDay: 500,
    observe: true,
  })
})

test.each([null, 7, 'x', true])('the option fraud must be an object: %j', fraud => {
  expect(resolve(fraud)).toThrow(new TypeError('fraud: give an object, or omit it.'))
})

test.each([0, -1, 1.5, NaN, '50', true, null, 1_000_001])(
  'a limit must be a whole number, false or a function: %j',
  limit => {
    for (const name of ['unusedPerPrefixDay', 'unusedPerCountryDay', 'sendsPerPrefixDay'])
      expect(resolve({ [name]: limit })).toThrow(
        new TypeError(
          `fraud.${name}: give a whole number from 1 to 1,000,000, false for no limit, or a function.`,
        ),
      )
  },
)

test('fraud.observe must be true or false, and an unknown name is refused', () => {
  expect(resolve({ observe: 'yes' })).toThrow(/fraud.observe: give true or false/)
  expect(resolve({ perPrefix: 1 })).toThrow(/fraud.perPrefix: there is no such option/)
})

test('only own properties of the option fraud count', () => {
  expect(resolveFraud(Object.create({ observe: true }) as FraudOptions)).toEqual(defaultFraud)
})
