// What the pages say in each language, and what an app may replace.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { languages } from 'passport-voice-otp'
import { pageHelpers, pageTexts } from 'passport-voice-otp/pages'
import { checkTexts } from '../../lib/pages/check-texts.js'
import { findTexts } from '../../lib/pages/language.js'
import { waitingText } from '../../lib/pages/state.js'
import { clockTime, duration, fill, joinSentences, piecesOf } from '../../lib/words.js'

const english = pageTexts.get('en-US')!

test('the pages speak the twelve languages of the call', () => {
  expect([...pageTexts.keys()].sort()).toEqual(Object.keys(languages).sort())
})

test.each([...pageTexts])('every sentence of %s is text with the right places', (tag, texts) => {
  expect(checkTexts(tag, texts)).toBe(texts)
  expect(texts.problem.attemptsLeft(1)).not.toBe(texts.problem.attemptsLeft(4))
  for (const count of [0, 1, 2, 5, 22]) {
    for (const sentence of [texts.recovery.left(count), texts.peopleBefore(count)])
      expect(sentence).not.toMatch(/undefined|NaN|[<>]/)
  }
  for (const table of [texts.failures, texts.errors, texts.pageFailures])
    for (const sentence of Object.values(table ?? {})) expect(sentence).toMatch(/\S[^<>]*[.。]?$/)
})

test.each([
  [['de-AT', 'en'], 'de-DE'],
  [['sv-SE', 'pt'], 'pt-BR'],
  [['tlh'], 'en-US'],
  [[], 'en-US'],
])('a user with the languages %j reads %s', (tags, language) => {
  expect(findTexts(tags, pageTexts).language).toBe(language)
})

test('durations have the plural forms of the language', () => {
  expect([1, 2, 5, 22].map(seconds => duration('pl-PL', seconds))).toEqual([
    '1 sekunda',
    '2 sekundy',
    '5 sekund',
    '22 sekundy',
  ])
  expect([1, 40, 90, 5400].map(seconds => duration('en-US', seconds))).toEqual([
    '1 second',
    '40 seconds',
    '2 minutes',
    '2 hours',
  ])
  expect(clockTime(249)).toBe('4:09')
})

test('pages of the app write durations, days and numbers as the ready pages do', () => {
  const { duration, day, masked, spaced, fill } = pageHelpers('de-DE')
  expect(duration(90)).toBe('2 Minuten')
  expect(day(new Date('2026-11-24T12:00:00Z'))).toBe('24. November 2026')
  expect(masked('+12025550123')).toBe('••• ••• ••23')
  expect([spaced('+12025550123'), spaced('+4930123')]).toEqual(['+1 202 555 0123', '+4930123'])
  expect(fill('{left} {of} {total}', { left: 0, total: '10' })).toBe('0 {of} 10')
})

test('sentences have a space between them, but not after the full stop of Chinese and Japanese', () => {
  expect(joinSentences('One.', '', 'Two.')).toBe('One. Two.')
  expect(joinSentences('一つ。', '二つ。')).toBe('一つ。二つ。')
})

test('a call that waits says when the phone rings, rounded from 11 seconds on, and how many calls are before', () => {
  const text = (startsIn: number, callsBefore: number) =>
    waitingText(
      english,
      { kind: 'live', showsDigits: true, showsField: true, asks: false, ...waiting },
      startsIn,
      callsBefore,
    )
  const waiting = { name: 'waiting', ...english.call.waiting }
  expect(text(41, 2)).toBe(`Your phone rings in about 50 seconds. ${english.peopleBefore(2)}`)
  expect(text(11, 0)).toBe('Your phone rings in about 20 seconds.')
  expect(text(10, 0)).toBe('Your phone rings in about 10 seconds.')
  expect(text(3, 1)).toBe(`Your phone rings in about 3 seconds. ${english.peopleBefore(1)}`)
})

test('a value in a sentence is never read as a place', () => {
  expect(fill('{browser}, {date}', { browser: '{date}', date: 'today' })).toBe('{date}, today')
  expect(piecesOf('a {time} b')).toEqual([{ text: 'a ' }, { place: 'time' }, { text: ' b' }])
})

test.each([
  ['nothing', undefined, 'give an object'],
  ['another tag', english, ".language: give the tag that is the key of these texts, 'sv-SE'"],
  ['a missing part', { ...english, language: 'sv-SE', code: undefined }, '.code: it is missing'],
  [
    'a missing sentence',
    { ...english, language: 'sv-SE', skip: ' ' },
    '.skip: it is missing. Give a sentence.',
  ],
  [
    'markup',
    { ...english, language: 'sv-SE', skip: '<b>Hoppa</b>' },
    '.skip: it holds markup. Give plain text',
  ],
  [
    'an entity',
    { ...english, language: 'sv-SE', skip: 'Hoppa &amp; l&auml;s' },
    '.skip: it holds markup',
  ],
  [
    'a sentence without its place',
    { ...english, language: 'sv-SE', willCall: 'Vi ringer.' },
    '.willCall: it lacks {phone}',
  ],
  [
    'a text in place of a function',
    { ...english, language: 'sv-SE', errorTitle: 'Fel' },
    '.errorTitle: give a function',
  ],
])('own texts with %s are a TypeError that names the part', (_what, texts, message) => {
  expect(() => checkTexts('sv-SE', texts)).toThrow(TypeError)
  expect(() => checkTexts('sv-SE', texts)).toThrow(message)
})

test('script and style together have at most 15 kB, compressed', () => {
  const sizes = ['otp.js', 'otp.css'].map(
    name =>
      gzipSync(readFileSync(new URL(`../../lib/pages/public/${name}`, import.meta.url))).length,
  )
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(15_000)
})
