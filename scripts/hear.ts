// Prints a call as a person hears it: npm run hear -- --locale de-DE [--number-matching
// on|any-key|off] [--channel call] [--keys 42,1,2] It is the real strategy, called by a simulated
// Space, with one thing changed: the page shows 42, and the code is 481516.
import { parseArgs } from 'node:util'
import { languages, type VoiceOtpOptions, type Channel } from 'passport-voice-otp'
import { findLanguage } from '../lib/call/languages.js'
import { isChannel } from '../lib/channels.js'
import { writeDown, writtenCode, writtenDigits } from '../test/support/transcript.js'
import { createWorld, type Person, type World } from '../test/support/world.js'

type NumberMatching = NonNullable<VoiceOtpOptions['numberMatching']>

interface Wishes {
  readonly locales: readonly string[]
  readonly numberMatching: NumberMatching
  readonly channel: Channel
  readonly keys: readonly string[]
}

const matchings: Readonly<Record<string, NumberMatching>> = {
  on: true,
  'any-key': 'any-key',
  off: false,
}
const usage =
  'npm run hear -- --locale de-DE [--number-matching on|any-key|off] [--channel call|sms|hosted-call|hosted-sms] [--keys 42,1,2]'

/** What the command line asks for. Throws an Error whose message is for the person who typed it. */
function readWishes(args: readonly string[]): Wishes {
  const { values } = parseArgs({
    args: [...args],
    options: {
      locale: { type: 'string' },
      'number-matching': { type: 'string' },
      channel: { type: 'string' },
      keys: { type: 'string' },
    },
  })
  const { locale = 'en-US', 'number-matching': matching = 'on', channel = 'call' } = values
  const locales = locale.split(',')
  const spoken = new Map(Object.entries(languages))
  for (const tag of locales) {
    if (findLanguage(tag, spoken) === undefined)
      throw new Error(
        `There is no language '${tag}' here. There are ${[...spoken.keys()].join(', ')}; two of them with a comma between offer key three.`,
      )
  }
  const numberMatching = Object.hasOwn(matchings, matching) ? matchings[matching] : undefined
  if (numberMatching === undefined)
    throw new Error(`--number-matching is one of ${Object.keys(matchings).join(', ')}.`)
  if (!isChannel(channel))
    throw new Error('--channel is one of call, sms, hosted-call, hosted-sms.')
  const keys =
    values.keys?.split(',') ??
    (numberMatching === true ? [writtenDigits] : numberMatching === 'any-key' ? ['1'] : [])
  const wrong = keys.find(each => !/^[0-9*#]{1,32}$/.test(each))
  if (wrong !== undefined)
    throw new Error(
      `--keys are what is pressed at each question, for example 42,1,2: '${wrong}' is not on a keypad.`,
    )
  return { locales, numberMatching, channel, keys: channel === 'call' ? keys : [] }
}

/** One delivery of a code, a line each. */
async function hear(
  world: World,
  { numberMatching, channel, keys }: Wishes,
): Promise<readonly string[]> {
  const alice = await world.logIn('alice')
  const { body } = (await alice.post('/otp/call').expect(202)) as {
    body: { matchingDigits?: string }
  }
  const { simulator } = world
  if (channel === 'sms') return textOf(simulator.messages[0]?.body ?? '')
  if (channel === 'hosted-sms')
    return [`[SignalWire's own text follows these words]`, simulator.mfaRequests[0]?.message ?? '']
  const heading =
    channel === 'call' && numberMatching === true
      ? [`[the page shows ${writtenDigits}, the telephone rings and is answered]`]
      : ['[the telephone rings and is answered]']
  return [
    ...heading,
    '',
    ...(await writeDown(world, { matchingDigits: body.matchingDigits, keys })),
  ]
}

/** A text with the written code for the real one, which stands at its end. */
function textOf(text: string): readonly string[] {
  const code = /\d+$/.exec(text)?.[0] ?? ''
  return text.replaceAll(code, writtenCode.slice(0, code.length)).split('\n')
}

async function run(args: readonly string[]): Promise<void> {
  const wishes = readWishes(args)
  const options: Partial<VoiceOtpOptions<Person>> = {
    locale: wishes.locales,
    numberMatching: wishes.numberMatching,
    channels: [wishes.channel],
    // The site that a text names; a call has to find the way back to this process.
    ...(wishes.channel === 'sms' ? { webhookUrl: 'https://acme.example/voice-otp' } : {}),
  }
  const world = await createWorld({ options })
  try {
    for (const line of await hear(world, wishes)) console.log(line)
  } finally {
    await world.close()
  }
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  process.exitCode = 1
}
