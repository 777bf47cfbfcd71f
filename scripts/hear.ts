// Prints a call as a person hears it: npm run hear -- --locale de-DE [--gate match|any|none] [--way call] [--keys 42,1,2]
// It is the real strategy, called by a simulated Space, with one thing changed: the page shows 42, and the code is 481516.
import { parseArgs } from 'node:util'
import { languages, type VoiceOtpOptions, type Way } from 'passport-voice-otp'
import { negotiate } from '../lib/call/languages.js'
import { isWay } from '../lib/channels.js'
import { writeDown, writtenCode, writtenDigits } from '../test/support/transcript.js'
import { createWorld, type Person, type World } from '../test/support/world.js'

type Gate = NonNullable<VoiceOtpOptions['gate']>

interface Wishes {
  readonly locales: readonly string[]
  readonly gate: Gate
  readonly way: Way
  readonly keys: readonly string[]
}

const gates: readonly Gate[] = ['match', 'any', 'none']
const usage =
  'npm run hear -- --locale de-DE [--gate match|any|none] [--way call|text|hostedCall|hostedText] [--keys 42,1,2]'

/** What the command line asks for. Throws an Error whose message is for the person who typed it. */
function readWishes(args: readonly string[]): Wishes {
  const { values } = parseArgs({
    args: [...args],
    options: {
      locale: { type: 'string' },
      gate: { type: 'string' },
      way: { type: 'string' },
      keys: { type: 'string' },
    },
  })
  const { locale = 'en-US', gate = 'match', way = 'call' } = values
  const locales = locale.split(',')
  const spoken = new Map(Object.entries(languages))
  for (const tag of locales) {
    if (negotiate([tag], spoken) === undefined)
      throw new Error(
        `There is no language '${tag}' here. There are ${[...spoken.keys()].join(', ')}; two of them with a comma between offer key three.`,
      )
  }
  const knownGate = gates.find(each => each === gate)
  if (knownGate === undefined) throw new Error(`--gate is one of ${gates.join(', ')}.`)
  if (!isWay(way)) throw new Error('--way is one of call, text, hostedCall, hostedText.')
  const keys =
    values.keys?.split(',') ??
    (knownGate === 'match' ? [writtenDigits] : knownGate === 'any' ? ['1'] : [])
  const wrong = keys.find(each => !/^[0-9*#]{1,32}$/.test(each))
  if (wrong !== undefined)
    throw new Error(
      `--keys are what is pressed at each question, for example 42,1,2: '${wrong}' is not on a keypad.`,
    )
  return { locales, gate: knownGate, way, keys: way === 'call' ? keys : [] }
}

/** One delivery of a code, a line each. */
async function hear(world: World, { gate, way, keys }: Wishes): Promise<readonly string[]> {
  const alice = await world.logIn('alice')
  const { body } = (await alice.post('/otp/call').expect(202)) as {
    body: { matchingDigits?: string }
  }
  const { simulator } = world
  if (way === 'text') return textOf(simulator.messages[0]?.body ?? '')
  if (way === 'hostedText')
    return [`[SignalWire's own text follows these words]`, simulator.mfaRequests[0]?.message ?? '']
  const heading =
    way === 'call' && gate === 'match'
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
    gate: wishes.gate,
    ways: [wishes.way],
    // The site that a text names; a call has to find the way back to this process.
    ...(wishes.way === 'text' ? { webhookUrl: 'https://acme.example/voice-otp' } : {}),
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
