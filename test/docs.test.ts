import { describe, expect, test } from 'vitest'
import { errors, failures, languages, VoiceOtpStrategy } from 'passport-voice-otp'
import { defaultLimits } from '../lib/resolve-options.js'

import { resolveOptions } from '../lib/resolve-options.js'
import { amrOf } from '../lib/channels.js'
import { createReader } from './docs/compile.js'
import { files, plain, read, table } from './docs/pages.js'

const least = {
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
const settings = resolveOptions(least)
const reader = createReader(['lib/options/options.ts', 'lib/events.ts', 'lib/actions/context.ts'])
const names = (rows: readonly string[][]): string[] => rows.map(([name]) => plain(name))
const thousands = (value: number | false): string =>
  value === false ? 'false' : value.toLocaleString('en-US')

describe('the tables of the README are those of the code', () => {
  const options = table('README.md', 'option', 'default')
  const authenticate = table('README.md', '`passport.authenticate` option', 'default')

  test('options: every one, with its default', () => {
    expect(names(options).sort()).toEqual(
      reader
        .members('lib/options/options.ts', 'VoiceOtpOptions')
        .map(({ name }) => name)
        .sort(),
    )
    const stated = Object.fromEntries(options.map(([name, value]) => [plain(name), plain(value)]))
    for (const name of ['codeLength', 'codeSeconds', 'ringSeconds', 'machineDetection'] as const)
      expect(stated[name]).toBe(String(settings[name]))
    expect(stated['numberMatching']).toBe(`'${settings.numberMatching}'`)
    expect(stated['channels']).toBe(
      `[${settings.channels.map(channel => `'${channel}'`).join(', ')}]`,
    )
    expect(stated['locale']).toBe(`'${settings.defaultPrompts.language}'`)
    expect([...settings.countries]).toEqual(['US'])
    expect(settings.userId({ id: 7 })).toBe(7)
    expect(settings.required({}, {} as never)).toBe(true)
    expect(settings.clock).toBe(Date)
    expect(settings.limiterSecret).toBe(
      resolveOptions({ ...least, secret: ['x'.repeat(32) + 'abcdefgh', least.secret] })
        .limiterSecret,
    )
    for (const name of [
      'prompts',
      'announce',
      'beforeCall',
      'onEnroll',
      'remember',
      'recovery',
    ] as const)
      expect(stated[name]).toMatch(/^(none|off)$/)
    for (const [name, value] of Object.entries(stated))
      expect([name, value === 'required']).toEqual([name, Object.hasOwn(least, name)])
  })

  test('options of the Space and of passport.authenticate', () => {
    expect(names(table('README.md', '`signalwire.`', 'default'))).toEqual(
      reader.members('lib/options/options.ts', 'SignalWireOptions').map(({ name }) => name),
    )
    expect(names(authenticate)).toEqual(
      reader
        .members('lib/actions/context.ts', 'VoiceOtpAuthenticateOptions')
        .map(({ name }) => name),
    )
  })

  test('limits: every one, with its default, and whether it may be off', () => {
    const mayBeOff = (name: string): boolean => {
      try {
        resolveOptions({ ...least, limits: { [name]: false } })
        return true
      } catch {
        return false
      }
    }
    expect(
      table('README.md', '`limits.`').map(([name, value, off]) => [plain(name), value, off]),
    ).toEqual(
      Object.entries(defaultLimits).map(([name, value]) => [
        name,
        thousands(value as number),
        mayBeOff(name) ? 'yes' : 'no',
      ]),
    )
  })

  test('methods: what the strategy has', () => {
    const own = Object.getOwnPropertyNames(VoiceOtpStrategy.prototype).filter(
      name => !['constructor', 'authenticate'].includes(name),
    )
    const stated = table('README.md', 'method').map(([name]) => plain(name).replace(/\(.*/, ''))
    expect(stated.sort()).toEqual([...own, 'events', 'remembered'].sort())
  })

  test('ways and languages', () => {
    expect(
      table('README.md', 'channel').map(([channel, , amr]) => [
        plain(channel),
        plain(amr).split(', '),
      ]),
    ).toEqual(Object.entries(amrOf))
    const [, section = ''] = /## Languages\n([^]*?)\n## /.exec(read('README.md')) ?? []
    expect(/The call speaks ([^.]*)\. /.exec(section)?.[1]?.match(/[a-z]{2}-[A-Z]{2}/g)).toEqual(
      Object.keys(languages),
    )
  })

  test('events: every one, with what it holds', () => {
    const members = reader.members('lib/events.ts', 'VoiceOtpEvents')
    expect(
      table('README.md', 'event').map(([name, holds]) => [
        plain(name),
        plain(holds).split(', ').sort(),
      ]),
    ).toEqual(members.map(member => [member.name, reader.fields(member).sort()]))
  })

  test('refusals and trouble: every code, status and sentence', () => {
    expect(
      table('README.md', '`info.code`').map(([code, status, message]) => [
        plain(code),
        Number(status),
        message,
      ]),
    ).toEqual(
      Object.entries(failures).map(([code, { status, message }]) => [code, status, message]),
    )
    expect(
      table('README.md', '`error.code`').map(([code, message]) => [plain(code), message]),
    ).toEqual(Object.entries(errors).map(([code, { message }]) => [code, message]))
  })
})

describe('SECURITY.md', () => {
  test('states the limits and defaults as they are', () => {
    const stated = Object.fromEntries(
      table('SECURITY.md', 'setting', 'default').map(([name, value]) => [plain(name), value]),
    )
    expect(stated).toEqual({
      codeLength: `${settings.codeLength} digits`,
      codeSeconds: thousands(settings.codeSeconds),
      ringSeconds: thousands(settings.ringSeconds),
      numberMatching: settings.numberMatching,
      channels: settings.channels.join(', '),
      machineDetection: settings.machineDetection ? 'on' : 'off',
      ...Object.fromEntries(
        Object.entries(defaultLimits).map(([name, value]) => [
          `limits.${name}`,
          thousands(value as number),
        ]),
      ),
    })
  })

  test('names a test for every requirement, and each attack is in the file that is named', () => {
    const rows = table('SECURITY.md', 'id', 'requirement')
    expect(names(rows)).toEqual(
      Array.from({ length: 30 }, (_, index) => `R-${String(index + 1).padStart(2, '0')}`),
    )
    for (const [id, , proofs = ''] of rows) {
      const found = [...proofs.matchAll(/`(test\/[^`]+)`(?: \(([^)]*)\))?/g)]
      expect([id, found.length]).not.toEqual([id, 0])
      for (const [, file = '', attacks] of found)
        for (const attack of attacks?.split(', ') ?? [''])
          expect([file, read(file).includes(attack)]).toEqual([file, true])
    }
  })
})

test('the README says what a telephone is worth, and where a call can be vetoed (NIST SP 800-63B-4, 3.1.3.3)', () => {
  const [, section = ''] = /\n## Security\n([^]*?)\n## /.exec(read('README.md')) ?? []
  expect(section).toContain('restricted authenticator')
  expect(section).toContain('`beforeCall`')
})

test('CHANGELOG.md has an entry for the version of the package', () => {
  expect(read('CHANGELOG.md')).toContain(
    `## [${(JSON.parse(read('package.json')) as { version: string }).version}] - `,
  )
})

describe('every file', () => {
  const all = files()
    .filter(path => !/\.(png|ico|woff2?)$/.test(path))
    .map(path => ({ path, text: read(path) }))

  test('names no host of a package registry', () => {
    // Put together from parts, so that this file names none either.
    const hosts = [
      ['npmjs', 'org'],
      ['npmjs', 'com'],
      ['yarnpkg', 'com'],
      ['npmmirror', 'com'],
      ['jsr', 'io'],
      ['npm.pkg', 'github.com'],
      ['pypi', 'org'],
      ['crates', 'io'],
      ['unpkg', 'com'],
    ].map(context => context.join('.'))
    expect(all.length).toBeGreaterThan(100)
    expect(
      all.filter(({ text }) => hosts.some(host => text.includes(host))).map(({ path }) => path),
    ).toEqual([])
  })

  test('names no folder of anybody’s machine', () => {
    const homes = new RegExp(
      `(?<![\\w.])/(?:${['home', 'Users', 'root', 'work'].join('|')})/(?!node\\b)\\w`,
    )
    expect(homes.test(['', 'home', 'somebody'].join('/'))).toBe(true)
    expect(all.filter(({ text }) => homes.test(text)).map(({ path }) => path)).toEqual([])
  })
})
