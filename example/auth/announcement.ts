import type { Request } from 'express'
import { languages } from 'passport-voice-otp'
import { browserName } from 'passport-voice-otp/pages'

declare module 'express-session' {
  interface SessionData {
    /** When the user entered the password, in milliseconds since 1970. */
    passwordAt?: number
  }
}

const primaryPart = (tag: string): string => tag.split('-', 1)[0]?.toLowerCase() ?? ''
const spokenLanguages = new Set(Object.keys(languages).map(primaryPart))

/**
 * The languages that the browser prefers and a call can speak, best first; `undefined` if there is
 * none.
 */
export function preferredLanguages(
  req: Pick<Request, 'acceptsLanguages'>,
): readonly string[] | undefined {
  const tags = req
    .acceptsLanguages()
    .filter(tag => tag.length <= 35 && spokenLanguages.has(primaryPart(tag)))
  return tags.length === 0 ? undefined : tags.slice(0, 5)
}

/**
 * Says which login a call is for, in English. Calls in other languages go without it. It contains
 * no digits, because the user could take them for the code.
 */
export function announcement(req: Request, now = Date.now()): string | undefined {
  const [language = 'en'] = preferredLanguages(req) ?? []
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
