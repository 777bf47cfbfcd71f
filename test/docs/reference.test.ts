import { expect, test } from 'vitest'
import { errors, failures, languages, VoiceOtpStrategy } from 'passport-voice-otp'
import { amrOf } from '../../lib/channels.js'
import { defaultLimits } from '../../lib/resolve-limits.js'
import { defaultFraud } from '../../lib/resolve-fraud.js'
import { resolveOptions } from '../../lib/resolve-options.js'
import { createReader } from './compile.js'
import { plain, read, table, thousands } from './pages.js'

const page = 'docs/reference.md'
const required = {
  appName: 'Acme',
  webhookUrl: 'https://acme.example/voice-otp',
  secret: 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn',
  signalwire: {
    project: 'project',
    token: 'PTtoken',
    space: 'acme',
    from: '+12025550100',
    signingKey: 'PSKsigningkey',
  },
}
const settings = resolveOptions(required)
const reader = createReader()
const firstCells = (rows: readonly string[][]): string[] => rows.map(([name]) => plain(name))
const membersOf = (path: string, name: string): string[] =>
  reader.members(path, name).map(member => member.name)

test('docs/reference.md lists every option with its default', () => {
  const options = table(page, 'option', 'default')
  expect(firstCells(options).sort()).toEqual(
    membersOf('lib/options/options.ts', 'VoiceOtpOptions').sort(),
  )
  const stated = Object.fromEntries(options.map(([name, value]) => [plain(name), plain(value)]))
  for (const name of [
    'codeLength',
    'codeSeconds',
    'ringSeconds',
    'machineDetection',
    'numberMatching',
  ] as const)
    expect([name, stated[name]]).toEqual([name, String(settings[name])])
  expect(stated['channels']).toBe(
    `[${settings.channels.map(channel => `'${channel}'`).join(', ')}]`,
  )
  expect(stated['locale']).toBe(`'${settings.defaultPrompts.language}'`)
  expect([...settings.countries]).toEqual(['US'])
  expect(settings.userId({ id: 7 })).toBe(7)
  expect(settings.required({}, {} as never)).toBe(true)
  expect(settings.clock).toBe(Date)
  const rotated = resolveOptions({
    ...required,
    secret: ['x'.repeat(32) + 'abcdefgh', required.secret],
  })
  expect(settings.limiterSecret).toBe(rotated.limiterSecret)
  for (const name of ['prompts', 'announce', 'beforeCall', 'onEnroll', 'remember', 'recovery'])
    expect([name, stated[name]]).toEqual([name, expect.stringMatching(/^(none|off)$/)])
  for (const [name, value] of Object.entries(stated))
    expect([name, value === 'required']).toEqual([name, Object.hasOwn(required, name)])
})

test('docs/reference.md lists every option of the Space and of passport.authenticate', () => {
  expect(firstCells(table(page, '`signalwire.`', 'default'))).toEqual(
    membersOf('lib/options/options.ts', 'SignalWireOptions'),
  )
  expect(firstCells(table(page, '`passport.authenticate` option', 'default'))).toEqual(
    membersOf('lib/options/authenticate.ts', 'VoiceOtpAuthenticateOptions'),
  )
})

test('docs/reference.md lists every option of enforce()', () => {
  expect(firstCells(table(page, '`enforce` option', 'default'))).toEqual(
    membersOf('lib/middleware/pending-users.ts', 'EnforceOptions'),
  )
})

test('docs/reference.md lists every limit with its default, and whether it can be disabled', () => {
  const canBeOff = (name: string): boolean => {
    try {
      resolveOptions({ ...required, limits: { [name]: false } })
      return true
    } catch {
      return false
    }
  }
  expect(table(page, '`limits.`').map(([name, value, off]) => [plain(name), value, off])).toEqual(
    Object.entries(defaultLimits).map(([name, value]) => [
      name,
      thousands(value),
      canBeOff(name) ? 'yes' : 'no',
    ]),
  )
})

test('docs/reference.md lists every limit of the fraud guard with its default', () => {
  expect(table(page, '`fraud.`').map(([name, value]) => [plain(name), plain(value)])).toEqual(
    Object.entries(defaultFraud).map(([name, value]) => [name, String(value)]),
  )
})

test('docs/reference.md lists every method and property of the strategy', () => {
  const own = Object.getOwnPropertyNames(VoiceOtpStrategy.prototype).filter(
    // Passport calls `authenticate`; `act` is private.
    name => !['constructor', 'authenticate', 'act'].includes(name),
  )
  const stated = firstCells(table(page, 'method')).map(name => name.replace(/\(.*/, ''))
  expect(stated.sort()).toEqual([...own, 'events', 'remembered'].sort())
})

test('docs/channels.md lists every channel with its authentication method references', () => {
  expect(
    table('docs/channels.md', 'channel').map(([channel, , amr]) => [
      plain(channel),
      plain(amr).split(', '),
    ]),
  ).toEqual(Object.entries(amrOf))
})

test('docs/reference.md names every language of the call', () => {
  const [, sentence] = /\n## Languages\n\nThe call speaks ([^.]*)\./.exec(read(page)) ?? []
  expect(sentence?.match(/[a-z]{2}-[A-Z]{2}/g)).toEqual(Object.keys(languages))
})

test('docs/reference.md lists every event with what it holds', () => {
  const events = reader.members('lib/events.ts', 'VoiceOtpEvents')
  expect(
    table(page, 'event').map(([name, holds]) => [plain(name), plain(holds).split(', ').sort()]),
  ).toEqual(events.map(event => [event.name, reader.fields(event).sort()]))
})

test('docs/reference.md lists every failure and every error with its status and message', () => {
  expect(
    table(page, '`info.code`').map(([code, status, message]) => [
      plain(code),
      Number(status),
      message,
    ]),
  ).toEqual(Object.entries(failures).map(([code, { status, message }]) => [code, status, message]))
  expect(table(page, '`error.code`').map(([code, message]) => [plain(code), message])).toEqual(
    Object.entries(errors).map(([code, { message }]) => [code, message]),
  )
})
