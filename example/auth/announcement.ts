import type { Request } from 'express'
import { browserName } from 'passport-voice-otp/pages'

declare module 'express-session' {
  interface SessionData {
    /** When the user entered the password, in milliseconds since 1970. */
    passwordAt?: number
  }
}

/**
 * Says which login a call is for, in English. Calls in other languages have no such sentence. It
 * contains no digits, because the user could confuse them with the code.
 */
export function announcement(req: Request, now = Date.now()) {
  const { passwordAt } = req.session
  const browser = browserName(req)
  const where = browser === undefined ? '' : ` in ${browser}`
  const when = passwordAt === undefined ? '' : `, ${ago(now - passwordAt)}`
  const text = `The password was entered${where}${when}.`
  return { 'en-US': text, 'en-GB': text }
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
