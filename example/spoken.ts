import type { Request } from 'express'
import { languages } from 'passport-voice-otp'

declare module 'express-session' {
  interface SessionData {
    /** When the password was entered, in milliseconds since 1970. */
    passwordAt?: number
  }
}

const primaryPart = (tag: string): string => tag.split('-', 1)[0]?.toLowerCase() ?? ''
const spoken = new Set(Object.keys(languages).map(primaryPart))

/** The languages that a browser asks for and a call can speak, best first; `undefined` for none. */
export function wantedLanguages(
  req: Pick<Request, 'acceptsLanguages'>,
): readonly string[] | undefined {
  const tags = req
    .acceptsLanguages()
    .filter(tag => tag.length <= 35 && spoken.has(primaryPart(tag)))
  return tags.length === 0 ? undefined : tags.slice(0, 5)
}

/** Which login a call is for, in English: whoever hears another language hears nothing of it. Holds no digits, which could be taken for the code. */
export function announcement(req: Request, now = Date.now()): string | undefined {
  const [language = 'en'] = wantedLanguages(req) ?? []
  if (primaryPart(language) !== 'en') return undefined
  const { passwordAt } = req.session
  const browser = browserName(req)
  return `The password was entered${browser === undefined ? '' : ` in ${browser}`}${passwordAt === undefined ? '' : `, ${ago(now - passwordAt)}`}.`
}

const times = [
  'just now',
  'a minute ago',
  'two minutes ago',
  'three minutes ago',
  'four minutes ago',
  'five minutes ago',
  'six minutes ago',
  'seven minutes ago',
  'eight minutes ago',
  'nine minutes ago',
]

const ago = (milliseconds: number): string =>
  times[Math.max(0, Math.floor(milliseconds / 60_000))] ?? 'ten minutes ago or more'

// In this order, since every browser claims to be most of the others.
const browsers = [
  ['Edg', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser', 'Samsung Internet'],
  ['Firefox/', 'Firefox'],
  ['FxiOS', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['CriOS', 'Chrome'],
  ['Safari/', 'Safari'],
] as const
const systems = [
  ['iPhone', 'an iPhone'],
  ['iPad', 'an iPad'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'a Mac'],
  ['Linux', 'Linux'],
] as const

/** "Firefox on Linux". Words of our own alone: what a browser says of itself may be anything, and is shown and read out to the user. */
export function browserName({
  headers: { 'user-agent': userAgent = '' },
}: Pick<Request, 'headers'>): string | undefined {
  const nameIn = (
    list: readonly (readonly [verification: string, name: string])[],
  ): string | undefined => list.find(([verification]) => userAgent.includes(verification))?.[1]
  const browser = nameIn(browsers)
  const system = nameIn(systems)
  return browser === undefined || system === undefined ? browser : `${browser} on ${system}`
}
