import type { Request } from 'express'
import type { RememberedEntry, VoiceOtpStrategy } from 'passport-voice-otp'
import { fromStore, noteTrouble } from './errors.js'
import { field } from './second-factor.js'
import { browserName } from './spoken.js'
import { currentUser, type User } from './users.js'

/** Browsers that log in without a call, for the pages and the JSON API. */

export interface Browser extends RememberedEntry {
  /** Whether it is the one that asks. */
  readonly isThisOne: boolean
}

/** Remembers this browser if the form or the JSON says so: `undefined` if it does not, `false` if a store failed, which costs the comfort and not the login. */
export async function rememberIfWished(
  voiceOtp: VoiceOtpStrategy<User>,
  req: Request,
): Promise<boolean | undefined> {
  const wish = field('remember')(req)
  if (wish !== 'on' && wish !== true) return undefined
  try {
    await voiceOtp.remembered.add(req, browserName(req) ?? 'A browser')
    return true
  } catch (error) {
    noteTrouble(error, req, 503)
    return false
  }
}

/** The browsers of this user, the newest first. */
export async function browsersOf(
  voiceOtp: VoiceOtpStrategy<User>,
  req: Request,
): Promise<readonly Browser[]> {
  const entries = await fromStore(voiceOtp.remembered.list(userId(req)))
  const current = voiceOtp.remembered.current(req)
  return entries
    .map(entry => ({ ...entry, isThisOne: entry.id === current }))
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
}

/** Forgets one of this user's browsers, or all of them: the next login there asks for a code. */
export function forgetBrowsers(
  { remembered }: VoiceOtpStrategy<User>,
  req: Request,
  id?: string,
): Promise<void> {
  return fromStore(
    id === undefined ? remembered.revokeAll(userId(req)) : remembered.revoke(userId(req), id),
  )
}

const userId = (req: Request): string => currentUser(req)?.id ?? ''
