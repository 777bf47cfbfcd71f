import fc from 'fast-check'
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LimiterFactory } from 'passport-voice-otp'
import { sign } from 'passport-voice-otp/simulator'
import { parseLaml } from '../../lib/simulator/laml/parse.js'
import type { TokenContent } from '../../lib/call/token.js'
import { createWorld, type World } from '../support/world.js'
import { tokenIn } from '../support/webhooks.js'
import { toTokenPath } from '../../lib/call/token.js'
import {
  type Answer,
  character,
  keys,
  logIn,
  noLimits,
  odd,
  send,
  settings,
  timeout,
  watchProcess,
  wellFormed,
} from './support.js'

watchProcess()
let world: World
let content: TokenContent
const counters: Record<string, InstanceType<typeof RateLimiterMemory>> = {}
const factory: LimiterFactory = options =>
  (counters[options.keyPrefix] = new RateLimiterMemory(options))
const steps = { open: 1, keys: 2, again: 3 }

beforeAll(async () => {
  world = await createWorld({
    options: { limits: noLimits, limiter: factory, locale: ['en-US', 'de-DE'] },
  })
  const cookie = await logIn(world.url, 'alice')
  expect((await send(world.url, 'POST', '/otp/call', { Cookie: cookie })).status).toBe(202)
  content = keys.open(tokenIn(world.simulator.calls[0]!.parameters['Url']!))!
    .payload as TokenContent
})
afterAll(() => world.close())

/** Makes the challenge active again for the next case, because a wrong key ends it. */
const revive = () =>
  counters['voice-otp:active-challenge']!.set(
    keys.storeName('user', 'alice'),
    content.activation,
    600,
  )

type Fields = Readonly<Record<string, string>>
const form = (fields: Fields): string => new URLSearchParams(fields).toString()
const ask = (path: string, fields: Fields, headers: Fields, body = form(fields)): Promise<Answer> =>
  send(
    world.url,
    'POST',
    path,
    { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body,
  )
const signed = (path: string, fields: Fields): Promise<Answer> =>
  ask(path, fields, {
    'X-SignalWire-Signature': sign(world.simulator.signalwire.signingKey, world.url + path, fields),
  })

const spells = (laml: string): boolean =>
  laml.includes(Array.from(content.code).join(', ')) || laml.includes(content.code)

const words = fc
  .oneof(
    odd.filter(value => typeof value === 'string'),
    fc.string({ unit: character, maxLength: 30 }),
  )
  .map(wellFormed)
const digits = fc.oneof(
  words,
  fc.stringMatching(/^[0-9*#]{0,3}$/),
  fc.constantFrom('0', '00', '1', '2', '3', 'the right ones'),
)
const fieldNames = fc.oneof(
  fc.constantFrom(
    'CallSid',
    'CallStatus',
    'AnsweredBy',
    'From',
    'AccountSid',
    'Digits[]',
    'digits',
    'TO',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
  ),
  words,
)
const extras = fc.dictionary(fieldNames, words, { maxKeys: 6 })

test(
  'correctly signed parameters get LaML or 403, and the code only for the right keys',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 2, 3),
        fc.option(digits, { nil: undefined }),
        fc.option(words, { freq: 8, nil: undefined }),
        extras,
        async (step, keyed, to, more) => {
          await revive()
          const pressed = keyed === 'the right ones' ? content.matchingDigits : keyed
          const fields = {
            ...more,
            To: to ?? content.phone,
            ...(pressed === undefined ? {} : { Digits: pressed }),
          }
          const { status, text } = await signed(
            `/voice-otp/${toTokenPath(keys.seal(step, content))}`,
            fields,
          )
          if (
            form(fields).length > 4096 ||
            to !== undefined ||
            (pressed === undefined ? step !== steps.open : !/^[0-9*#]{1,32}$/.test(pressed))
          ) {
            expect([status, text]).toEqual([403, ''])
            return
          }
          expect(status).toBe(200)
          expect(parseLaml(text).length).toBeGreaterThan(0)
          const may =
            (step === steps.keys && pressed === content.matchingDigits) ||
            (step === steps.again && ['1', '2', '3'].includes(pressed ?? ''))
          // When the code is read slowly, each digit is a sentence of its own.
          if (pressed !== '2') expect(spells(text)).toBe(may)
          if (!may) expect(text).not.toMatch(/<Say[^>]*>[^<]*\d/)
        },
      ),
      settings,
    )
  },
  timeout,
)

test(
  'a correctly signed token opens only if we sealed it and its spelling is unchanged',
  async () => {
    const real = toTokenPath(keys.seal(steps.open, content))
    const mutated = fc
      .tuple(
        fc.nat(real.length - 1),
        fc.constantFrom('A', '_', '-', '=', '.', '%41', '/', '?', '%2f', ''),
      )
      .map(([index, letter]) => real.slice(0, index) + letter + real.slice(index + 1))
    const path = fc.oneof(
      mutated,
      fc.string({ unit: character }).map(text => encodeURIComponent(wellFormed(text))),
      fc
        .base64String()
        .map(text => text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')),
      fc
        .uint8Array({ minLength: 30, maxLength: 400 })
        .map(bytes => Buffer.from([1, 1, ...bytes]).toString('base64url')),
      fc.constantFrom(
        '',
        '..',
        '%2e%2e',
        `${real}=`,
        `${real}%00`,
        `${real}/`,
        `x/${real}/..`,
        '#',
        `${real}?x=1`,
        `?${real}`,
      ),
    )
    await fc.assert(
      fc.asyncProperty(path, async token => {
        fc.pre(token !== real)
        await revive()
        const { status, text } = await signed(`/voice-otp/${token}`, { To: content.phone })
        expect([status, text]).toEqual([403, ''])
      }),
      settings,
    )
  },
  timeout,
)

test(
  'a token with our seal and any content, as from an older version, never gets the code and never causes a crash',
  async () => {
    const part = fc.constantFrom<keyof TokenContent>(
      'challengeId',
      'userId',
      'purpose',
      'activation',
      'phone',
      'matchingDigits',
      'expiresAt',
      'languages',
      'repeatsLeft',
    )
    const payload = fc.oneof(
      odd,
      fc.tuple(part, odd).map(([name, value]) => ({ ...content, [name]: value })),
      part.map(name => ({ ...content, [name]: undefined })),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom(1, 2, 3), fc.nat(255)),
        payload,
        fc.constantFrom('', '1', '10', '99'),
        async (step, sealed, pressed) => {
          const { matchingDigits } = (sealed ?? {}) as { matchingDigits?: unknown }
          // After the right keys, a token may read its code.
          fc.pre(
            pressed !== content.matchingDigits &&
              pressed !== matchingDigits &&
              step !== steps.again &&
              JSON.stringify(sealed) !== undefined,
          )
          await revive()
          const { status, text } = await signed(
            `/voice-otp/${toTokenPath(keys.seal(step, sealed))}`,
            {
              To: content.phone,
              Digits: pressed,
            },
          )
          expect(status).toBeOneOf([200, 403, 503])
          expect(spells(text)).toBe(false)
        },
      ),
      settings,
    )
  },
  timeout,
)

test(
  'every unsigned or wrongly signed webhook gets the same response, whatever it holds and whether its token opens or not',
  async () => {
    const header = fc.oneof(
      words.map(text => text.replace(/[^\x20-\x7e]/g, '')),
      fc.base64String(),
      fc
        .uint8Array({ minLength: 20, maxLength: 20 })
        .map(bytes => Buffer.from(bytes).toString('base64')),
    )
    const body = fc.oneof(
      extras.map(form),
      fc.string({ unit: character }).map(wellFormed),
      fc.constantFrom('a=1&a=2', '&&&', '=', '%', '{"To":"+12025550123"}', 'a='.repeat(3000)),
    )
    const type = fc.constantFrom(
      'application/x-www-form-urlencoded',
      'application/json',
      'text/xml',
      'multipart/form-data',
    )
    const answers = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        header,
        fc.constantFrom('X-SignalWire-Signature', 'X-Twilio-Signature'),
        body,
        type,
        async (opens, signature, name, text, contentType) => {
          const token = opens ? toTokenPath(keys.seal(steps.open, content)) : 'A'.repeat(200)
          const answer = await send(
            world.url,
            'POST',
            `/voice-otp/${token}`,
            { 'Content-Type': contentType, [name]: signature },
            text,
          )
          const { date, ...headers } = Object.fromEntries(answer.headers)
          expect(date).toBeDefined()
          answers.add(JSON.stringify([answer.status, headers, answer.text]))
        },
      ),
      settings,
    )
    expect(answers.size).toBe(1)
    expect([...answers][0]).toContain('[403,')
  },
  timeout,
)
