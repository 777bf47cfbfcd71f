// Every call in every language, written down in test/call/transcripts/ for people who speak the
// language to read and correct.
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Authenticator } from 'passport'
import type { Express, RequestHandler } from 'express'
import { writeHostedMessage, writeText } from '../../lib/actions/messages.js'
import { languages, type Locale } from '../../lib/call/languages.js'
import { Phone } from '../support/phone.js'
import { writeDown, writtenCode } from '../support/transcript.js'
import { createWorld, fraudGuardOff, type World, ring, unlimited } from '../support/world.js'

const locales = Object.keys(languages) as Locale[]
const sentenceNames = [
  'pressMatchingDigits',
  'pressAnyKey',
  'pressIfNotYou',
  'neverAsked',
  'codeIs',
  'onceMore',
  'menu',
  'inThisLanguage',
  'goodbye',
  'wrongDigits',
  'noDigits',
  'expired',
  'reported',
] as const
type Agent = Awaited<ReturnType<World['logIn']>>

/** What differs from call to call; the worlds are made once. */
let spoken: readonly string[]
let announcement: string | undefined
const worlds = new Map<true | 'any-key' | false, World>()
let alice: Agent
/** The world where the keys on the page are asked for. */
let matching: World

function routes(app: Express, passport: Authenticator): void {
  const enroll = passport.authenticate('voice-otp', {
    action: 'call',
    purpose: 'enroll',
    phone: () => '+12025550177',
  } as object) as RequestHandler
  app.post('/enroll/call', enroll, (req, res) => {
    res.status(202).json(req.voiceOtp)
  })
}

beforeAll(async () => {
  for (const numberMatching of [true, 'any-key', false] as const) {
    worlds.set(
      numberMatching,
      await createWorld({
        options: {
          numberMatching,
          locale: () => spoken,
          announce: () => announcement,
          limits: { ...unlimited, reportedSeconds: false },
          fraud: fraudGuardOff,
        },
        routes,
      }),
    )
  }
  matching = worlds.get(true)!
  alice = await matching.logIn('alice')
})
afterAll(() => Promise.all([...worlds.values()].map(world => world.close())))

interface Scene {
  readonly title: string
  readonly numberMatching?: true | 'any-key' | false
  readonly keys?: readonly string[]
  /** The language that key three leads to is offered too. */
  readonly other?: true
  readonly announcement?: string
  readonly path?: string
  readonly who?: string
  /** Whether the code has expired when the call is answered. */
  readonly late?: true
}

const scenes: readonly Scene[] = [
  { title: 'Login: the right digits', keys: ['42'] },
  { title: 'The code again, and slowly', keys: ['42', '1', '2'] },
  { title: 'Wrong digits', keys: ['17'] },
  { title: 'No digits: the question again', keys: [] },
  { title: 'The key # first, then the digits', keys: ['#', '42'] },
  { title: '"I did not ask for this", at the question', keys: ['0'] },
  { title: '"I did not ask for this", after the code', keys: ['42', '0'] },
  { title: 'In another language, from the question on', keys: ['3', '42'], other: true },
  { title: 'In another language, after the code', keys: ['42', '3'], other: true },
  { title: 'Answered too late', late: true },
  { title: 'With an announcement of the app', keys: [], announcement: 'Berlin, 09:41.' },
  { title: 'A phone number is confirmed', keys: [], path: '/enroll/call', who: 'dave' },
  { title: 'Number matching with any key: one key', numberMatching: 'any-key', keys: ['1'] },
  { title: 'Without number matching: the plain call', numberMatching: false },
]

async function perform(
  locale: Locale,
  {
    numberMatching = true,
    keys = [],
    other,
    announcement: text,
    path = '/otp/call',
    who = 'alice',
    late,
  }: Scene,
): Promise<readonly string[]> {
  const world = worlds.get(numberMatching)!
  spoken = other === undefined ? [locale] : [locale, locale.startsWith('en') ? 'es-MX' : 'en-US']
  announcement = text
  const agent = numberMatching === true && who === 'alice' ? alice : await world.logIn(who)
  const { body } = (await agent.post(path).expect(202)) as { body: { matchingDigits?: string } }
  if (late === true) world.clock.offset += 300_000
  const lines = await writeDown(world, { matchingDigits: body.matchingDigits, keys })
  world.clock.offset = 0
  expect(new Phone(world).call).toMatchObject({ status: 'completed', error: null })
  return lines
}

/** A step-up of a user who is logged in. */
async function stepUp(locale: Locale): Promise<readonly string[]> {
  const agent = await matching.logIn('bob')
  spoken = ['en-US']
  announcement = undefined
  await agent
    .post('/otp')
    .send({ code: await matching.hearCode(agent) })
    .expect(200)
  spoken = [locale]
  await ring(matching, agent)
  return writeDown(matching, { keys: [] })
}

describe.each(locales)('calls in %s', locale => {
  test('every call is as it is in the transcript, and every sentence of the language is heard', async () => {
    const prompts = languages[locale]
    const { opening, language, voice } = prompts
    const sentences = sentenceNames.map(name => prompts[name])
    const context = [
      `${language}, spoken by ${voice}. The page shows 42, the code is ${writtenCode.slice(0, 6)}; the app's name is Acme.`,
    ]
    for (const scene of scenes)
      context.push([`== ${scene.title}`, '', ...(await perform(locale, scene))].join('\n'))
    context.push(
      ['== A user who is logged in confirms something', '', ...(await stepUp(locale))].join('\n'),
    )
    context.push(
      [
        '== The text message',
        '',
        writeText(prompts, {
          appName: 'Acme',
          code: writtenCode.slice(0, 6),
          domain: 'acme.example',
        }),
        '',
        '',
        '== The words before the code on the hosted channels',
        '',
        writeHostedMessage(prompts, 'Acme', 6),
      ].join('\n'),
    )
    const all = `${context.join('\n\n\n')}\n`
    for (const sentence of [
      opening.login('Acme'),
      opening['step-up']('Acme'),
      opening.enroll('Acme'),
      ...sentences,
    ])
      expect(all).toContain(`"${sentence}"`)
    await expect(all).toMatchFileSnapshot(`transcripts/${locale}.txt`)
  })
})

test('there is a transcript for each language and no other', () => {
  expect(readdirSync(new URL('transcripts', import.meta.url)).sort()).toEqual(
    locales.map(locale => `${locale}.txt`).sort(),
  )
})
