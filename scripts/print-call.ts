// What `npm run hear` prints: a call as a user hears it. The strategy is the real one and a
// simulated Space calls it. Only the digits differ: the page always shows 42, and the code is
// always 481516.
import { parseArgs } from 'node:util'
import type { RequestHandler } from 'express'
import { type Channel, languages, type VoiceOtpOptions } from 'passport-voice-otp'
import { findLanguage } from '../lib/find-language.js'
import { isChannel } from '../lib/channels.js'
import { writeDown, writtenCode, writtenDigits } from '../test/support/transcript.js'
import { createWorld, type Person, type World, type WorldOptions } from '../test/support/world.js'

type NumberMatching = NonNullable<VoiceOtpOptions['numberMatching']>

interface Settings {
  readonly locales: readonly string[]
  readonly numberMatching: NumberMatching
  readonly channel: Channel
  readonly keys: readonly string[]
  /** What the call asks to approve. */
  readonly approve: string | undefined
}

const numberMatchings: Readonly<Record<string, NumberMatching>> = {
  on: true,
  'any-key': 'any-key',
  off: false,
}
/** How the command is used. */
export const usage = [
  'npm run hear -- --locale de-DE',
  '[--number-matching on|any-key|off]',
  '[--channel call|sms|hosted-call|hosted-sms]',
  '[--approve "You are paying 120 euros to Acme."]',
  '[--keys 42,1,2]',
].join(' ')

/** Reads the command line. Throws an Error that tells the user what is wrong. */
function readSettings(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      locale: { type: 'string', default: 'en-US' },
      'number-matching': { type: 'string', default: 'on' },
      channel: { type: 'string', default: 'call' },
      keys: { type: 'string' },
      approve: { type: 'string' },
    },
  })
  const { locale, 'number-matching': matching, channel, approve } = values
  const locales = locale.split(',')
  locales.forEach(checkLocale)
  const numberMatching = Object.hasOwn(numberMatchings, matching)
    ? numberMatchings[matching]
    : undefined
  if (numberMatching === undefined)
    throw new Error(`--number-matching is one of ${Object.keys(numberMatchings).join(', ')}.`)
  if (!isChannel(channel))
    throw new Error('--channel is one of call, sms, hosted-call, hosted-sms.')
  const keys = values.keys?.split(',') ?? defaultKeys(numberMatching)
  keys.forEach(checkKeys)
  if (approve !== undefined && (numberMatching !== true || channel !== 'call'))
    throw new Error('--approve needs the channel call, and number matching.')
  return { locales, numberMatching, channel, approve, keys: channel === 'call' ? keys : [] }
}

function checkLocale(tag: string): void {
  if (findLanguage(tag, new Map(Object.entries(languages))) !== undefined) return
  throw new Error(
    `--locale: there is no language '${tag}'. The languages are ` +
      `${Object.keys(languages).join(', ')}. Two of them, with a comma between, offer key three.`,
  )
}

function checkKeys(keys: string): void {
  if (/^[0-9*#]{1,32}$/.test(keys)) return
  throw new Error(
    `--keys are the keys for each question, for example 42,1,2. '${keys}' is not on a keypad.`,
  )
}

function defaultKeys(numberMatching: NumberMatching): readonly string[] {
  if (numberMatching === true) return [writtenDigits]
  return numberMatching === 'any-key' ? ['1'] : []
}

/** One delivery of a code, in lines. */
async function hear(
  world: World,
  { numberMatching, channel, keys, approve }: Settings,
): Promise<readonly string[]> {
  const alice = await world.logIn('alice')
  const { body } = (await alice
    .post(approve === undefined ? '/otp/call' : '/approve')
    .expect(202)) as { body: { matchingDigits?: string } }
  const { simulator } = world
  if (channel === 'sms') return textLines(simulator.messages[0]?.body ?? '')
  if (channel === 'hosted-sms')
    return ['[SignalWire adds the code to these words]', simulator.mfaRequests[0]?.message ?? '']
  const heading =
    channel === 'call' && numberMatching === true
      ? `[the page shows ${writtenDigits}, the phone rings and is answered]`
      : '[the phone rings and is answered]'
  return [heading, '', ...(await writeDown(world, { matchingDigits: body.matchingDigits, keys }))]
}

/** A route whose call asks to approve `text`. */
const approvalRoute =
  (text: string): NonNullable<WorldOptions['routes']> =>
  (app, passport) => {
    const approve = () => ({ details: {}, text })
    const call = { action: 'call', purpose: 'approve', kind: 'payment', approve } as const
    app.post('/approve', passport.authenticate('voice-otp', call) as RequestHandler, (req, res) => {
      res.status(202).json(req.voiceOtp)
    })
  }

/** The lines of a text message, with the written code in place of the real one at its end. */
function textLines(text: string): readonly string[] {
  const code = /\d+$/.exec(text)?.[0] ?? ''
  return text.replaceAll(code, writtenCode.slice(0, code.length)).split('\n')
}

/**
 * Returns the lines that `npm run hear` prints. Rejects with an Error that tells the user what is
 * wrong. @param args The words of the command line.
 */
export async function callInLines(args: readonly string[]): Promise<readonly string[]> {
  const settings = readSettings(args)
  const options: Partial<VoiceOtpOptions<Person>> = {
    locale: settings.locales,
    numberMatching: settings.numberMatching,
    channels: [settings.channel],
    // Only a user who is logged in can approve something.
    required: () => settings.approve === undefined,
    // A text message names the site. A call needs the real URL, to reach this process.
    ...(settings.channel === 'sms' ? { webhookUrl: 'https://acme.example/voice-otp' } : {}),
  }
  const { approve: text } = settings
  const world = await createWorld(
    text === undefined ? { options } : { options, routes: approvalRoute(text) },
  )
  try {
    return await hear(world, settings)
  } finally {
    await world.close()
  }
}
