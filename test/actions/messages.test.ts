import { afterEach, expect, test } from 'vitest'
import { writeHostedMessage, writeText } from '../../lib/actions/messages.js'
import { languages, type Locale } from '../../lib/call/languages.js'
import { countSegments } from '../../lib/signalwire/segments.js'
import { createWorld, type World } from '../support/world.js'

const locales = Object.keys(languages) as Locale[]
const names = {
  short: 'Acme',
  '60 GSM characters': 'Überseeische Handels- und Verkehrsgesellschaft von A bis Z 5'.slice(0, 60),
  '60 other characters': '株式会社'.repeat(15),
}
const code = '4815162342'

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

const everyCase = locales.flatMap(locale =>
  Object.entries(names).map(([length, name]) => [locale, length, name] as const),
)

test.each(everyCase)(
  'a text in %s warns that nobody will ask for the code and has at most three segments (name: %s)',
  (locale, _, appName) => {
    for (const domain of [
      'a.example',
      'login.acme-international.example',
      'x'.repeat(63) + '.example',
    ]) {
      const text = writeText(languages[locale], { appName, code, domain })
      expect(text).toContain(languages[locale].neverAsked)
      expect(text).toContain(code)
      expect(countSegments(text)).toBeLessThanOrEqual(3)
      expect(text.endsWith(`\n\n@${domain} #${code}`)).toBe(true)
    }
  },
)

test.each(locales)('a text in %s begins with the sentence with code and name', locale => {
  const text = writeText(languages[locale], { appName: 'Acme', code, domain: 'acme.example' })
  const [first = '', empty, last] = text.split('\n')
  expect(first.startsWith(languages[locale].text('Acme', code))).toBe(true)
  expect(first.endsWith(languages[locale].neverAsked)).toBe(true)
  expect([empty, last]).toEqual(['', `@acme.example #${code}`])
})

test.each([
  ['a long domain', languages['ja-JP'], 'a'.repeat(63), 120, `^${code}\\n\\n.*\\n\\n@`],
  ['a very long domain', languages['ja-JP'], 'a'.repeat(63), 250, `^${code}\\n\\n.*$`],
] as const)(
  'a text with %s leaves out the name, then the last line, and keeps code and warning',
  (_, prompts, label, length, expected) => {
    const domain = `${label}.${label}.${label}.${label}`.slice(0, length)
    const text = writeText(prompts, { appName: names['60 other characters'], code, domain })
    expect(text).toMatch(new RegExp(expected))
    expect(text).toContain(prompts.neverAsked)
    expect(countSegments(text)).toBeLessThanOrEqual(3)
  },
)

test.each(locales)(
  'a text for an approval in %s begins with what is approved, and no phone fills in its code unread',
  locale => {
    const prompts = languages[locale]
    const write = (approvalText: string) =>
      writeText(prompts, { appName: 'Acme', code, domain: 'acme.example', approvalText })
    const named = prompts.text('Acme', code)
    for (const length of [20, 200]) {
      const approvalText = 'x'.repeat(length)
      const [first, second = '', ...rest] = write(approvalText).split('\n')
      expect(first).toBe(approvalText)
      expect([rest.join('').includes(prompts.neverAsked), second.startsWith(named)]).toEqual(
        second === code ? [true, false] : [false, true],
      )
      expect(write(approvalText)).not.toContain('@acme.example')
    }
    expect(write('x')).toContain(`x\n${named}`)
    expect(write('ж'.repeat(200))).toBe(`${'ж'.repeat(200)}\n${code}\n\n${prompts.neverAsked}`)
  },
)

test.each(everyCase)(
  'the hosted message in %s and a code of ten digits fit into one segment (name: %s)',
  (locale, _, appName) => {
    const message = writeHostedMessage(languages[locale], appName, 10)
    expect(message.trim()).not.toBe('')
    expect(countSegments(`${message} ${code}`)).toBe(1)
  },
)

test('the hosted message leaves out the warning first, then the name', () => {
  const polish = languages['pl-PL']
  const write = (appName: string) => writeHostedMessage(polish, appName, 6)
  expect(write('Acme')).toBe('Nikt nigdy nie poprosi Państwa o ten kod. Kod do Acme:')
  expect(write('Spółdzielnia Mieszkaniowa Wrzos')).toBe('Kod do Spółdzielnia Mieszkaniowa Wrzos:')
  expect(write(names['60 other characters'])).toBe('Państwa kod to:')
})

test.each(locales.filter(locale => /^(en|nl|it|fr|de)/.test(locale)))(
  'the hosted message in %s has the warning and a name of 60 GSM characters',
  locale => {
    const prompts = languages[locale]
    const message = writeHostedMessage(prompts, names['60 GSM characters'], 10)
    expect(message).toBe(`${prompts.neverAsked} ${prompts.hosted(names['60 GSM characters'])}`)
  },
)

test.each(
  locales.flatMap(locale => [[locale, 'hosted-call'] as const, [locale, 'hosted-sms'] as const]),
)(
  'SignalWire accepts the message in %s on %s with a name of 60 characters',
  async (locale, channel) => {
    for (const appName of Object.values(names)) {
      world = await createWorld({
        options: { appName, locale, channels: [channel], codeLength: 10 },
      })
      const alice = await world.logIn('alice')
      await alice.post('/otp/call').expect(202)
      const { message } = world.simulator.mfaRequests[0]!
      expect(message).toBe(writeHostedMessage(languages[locale], appName, 10))
      await world.close()
      world = undefined
    }
  },
)
