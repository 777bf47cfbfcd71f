import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RequestHandler } from 'express'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { PhoneEntry } from '../../lib/options/phone.js'
import { parseDestination, parsePhone } from '../../lib/phone.js'
import { createWorld, type World } from '../support/world.js'
import {
  character,
  logIn,
  noLimits,
  odd,
  send,
  settings,
  timeout,
  watchProcess,
  webAddress,
} from './support.js'

watchProcess()

/** Real numbers and similar ones. Most random digits are nobody's number. */
const digits = fc.oneof(
  {
    arbitrary: fc.stringMatching(/^\+1(202|212|415)[2-9]([02-9][0-9]|1[02-9])[0-9]{4}$/),
    weight: 3,
  },
  fc.stringMatching(/^\+1[2-9][0-9]{9}$/),
  fc.stringMatching(/^\+(44|49|33|39|269|88[0-9])[0-9]{6,11}$/),
  fc.stringMatching(/^\+[0-9]{1,18}$/),
)
const punctuated = fc
  .tuple(
    digits,
    fc.array(
      fc.tuple(
        fc.nat(14),
        fc.constantFrom(
          ' ',
          '-',
          '.',
          '(',
          ')',
          '\u00a0',
          '\u2011',
          '+',
          '0',
          ';ext=1',
          'x1',
          '\n',
          '\0',
          '/',
          ',',
          'a',
          '٣',
          '１',
          '@',
        ),
      ),
    ),
  )
  .map(([number, verifications]) =>
    verifications.reduce(
      (text, [index, verification]) =>
        text.slice(0, index + 1) + verification + text.slice(index + 1),
      number,
    ),
  )
const texts = fc.oneof(
  digits,
  punctuated,
  fc.string({ unit: character }),
  odd.filter(value => typeof value === 'string'),
  webAddress,
  fc.emailAddress().map(address => `sip:${address}`),
)

describe('a text that may be a number', () => {
  test('parsePhone() returns nothing, or one canonical E.164 form that parses to itself', () => {
    let found = 0
    fc.assert(
      fc.property(texts, text => {
        const phone = parsePhone(text)
        if (phone === undefined) return
        found++
        expect(phone.number).toMatch(/^\+[1-9]\d{6,14}$/)
        expect(parsePhone(phone.number)).toEqual(phone)
        expect(parsePhoneNumberFromString(phone.number)?.isValid()).toBe(true)
        expect(text).toMatch(/^\+/)
        expect(text).not.toMatch(
          /(?!\u30fc)\p{L}|(?!\t)\p{Cc}|[;,@#*:~]|(?![0-9\uff10-\uff19\u0660-\u0669\u06f0-\u06f9])\p{N}/u,
        )
        // Every digit of the result is in the input.
        expect(text.replace(/\D/g, '')).toContain(phone.number.slice(-4))
      }),
      settings,
    )
    expect(found).toBeGreaterThan(settings.numRuns / 20)
  })

  test('parsePhone() ignores punctuation between the digits', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^\+1202555[0-9]{4}$/),
        fc.array(
          fc.tuple(
            fc.integer({ min: 1, max: 11 }),
            fc.constantFrom(' ', '-', '.', '\u00a0', '\u2011'),
          ),
          { maxLength: 8 },
        ),
        (number, verifications) => {
          const text = verifications.reduce(
            (spelt, [index, verification]) =>
              spelt.slice(0, index + 1) + verification + spelt.slice(index + 1),
            number,
          )
          expect(parsePhone(text)?.number).toBe(number)
        },
      ),
      settings,
    )
  })
})

describe('an entry of the app', () => {
  test('parseDestination() returns nothing, or a number and an extension of digits', () => {
    const anything = fc.oneof(
      odd,
      fc.anything(),
      texts,
      fc.constantFrom<unknown>(null, { toString: '' }, Object.create(null), Symbol('5'), ['5'], 5, {
        valueOf: () => 5,
      }),
    )
    fc.assert(
      fc.property(
        fc.oneof(digits, anything),
        fc.oneof(fc.constant(undefined), fc.stringMatching(/^[0-9]{0,10}$/), anything),
        anything,
        (number, extension, label) => {
          const destination = parseDestination({ number, extension, label } as PhoneEntry)
          if (destination === undefined) return
          expect(destination.phone).toMatch(/^\+[1-9]\d{6,14}(;ext=\d{1,8})?$/)
          expect(
            destination.extension === undefined || /^\d{1,8}$/.test(destination.extension),
          ).toBe(true)
          expect(
            parseDestination({ number: destination.number, extension: destination.extension })
              ?.phone,
          ).toBe(destination.phone)
        },
      ),
      settings,
    )
  })
})

describe('the enroll route', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld({
      options: { limits: noLimits },
      routes: (app, passport) => {
        app.post(
          '/enroll/call',
          passport.authenticate('voice-otp', {
            action: 'call',
            purpose: 'enroll',
            phone: (req: { body?: { phone?: unknown } }) => req.body?.phone,
          } as object) as RequestHandler,
          (_req, res) => {
            res.status(202).end()
          },
        )
      },
    })
  })
  afterAll(() => world.close())

  test(
    'the enroll route calls only allowed numbers, and the same number for every spelling',
    async () => {
      const cookie = await logIn(world.url, 'dave')
      await fc.assert(
        fc.asyncProperty(fc.oneof({ arbitrary: digits, weight: 2 }, texts, odd), async phone => {
          const before = world.simulator.requests.length
          const { status } = await send(
            world.url,
            'POST',
            '/enroll/call',
            { Cookie: cookie, 'Content-Type': 'application/json' },
            JSON.stringify({ phone }),
          )
          expect(status).toBeOneOf([202, 400, 403])
          const asked = world.simulator.requests.slice(before)
          expect(asked).toHaveLength(status === 202 ? 1 : 0)
          if (status !== 202) return
          const to = asked[0]!.fields['To']!
          expect(to).toMatch(/^\+1[2-9]\d{9}$/)
          expect(parsePhoneNumberFromString(to)).toMatchObject({ country: 'US' })
          expect([
            'PREMIUM_RATE',
            'SHARED_COST',
            'UAN',
            'PAGER',
            'VOICEMAIL',
            'PERSONAL_NUMBER',
            'TOLL_FREE',
            undefined,
          ]).not.toContain(parsePhoneNumberFromString(to)!.getType())
          expect(parsePhone((phone as string).trim())?.number).toBe(to)
        }),
        settings,
      )
      expect(world.simulator.requests.length).toBeGreaterThan(settings.numRuns / 20)
    },
    timeout,
  )
})
