// Browsers that log in without a call, for the pages and the JSON API.
import type { Request } from 'express'
import type { RememberedEntry, VoiceOtpStrategy } from 'passport-voice-otp'
import { fromStore, logError } from '../middleware/errors.js'
import { currentUser, type User } from '../stores/users.js'
import { browserName } from 'passport-voice-otp/pages'
import { field } from './authenticate.js'

export interface Browser extends RememberedEntry {
  /** Whether this browser sent the request. */
  readonly isThisOne: boolean
}

/**
 * Remembers this browser if the form or the JSON asks for it. Returns `undefined` if not asked, and
 * `false` if a store failed: then the next login needs a call, and this login stays valid.
 */
export async function rememberIfRequested(
  voiceOtp: VoiceOtpStrategy<User>,
  req: Request,
): Promise<boolean | undefined> {
  const requested = field('remember')(req)
  if (requested !== 'on' && requested !== true) return undefined
  try {
    await voiceOtp.remembered.add(req, browserName(req) ?? 'A browser')
    return true
  } catch (error) {
    logError(error, req)
    return false
  }
}

/** The browsers of this user, the newest first. */
export async function listBrowsers(
  voiceOtp: VoiceOtpStrategy<User>,
  req: Request,
): Promise<readonly Browser[]> {
  const entries = await fromStore(voiceOtp.remembered.list(userId(req)))
  const current = voiceOtp.remembered.current(req)
  return entries
    .map(entry => ({ ...entry, isThisOne: entry.id === current }))
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
}

/**
 * Forgets one of this user's browsers, or all of them without an `id`: the next login there needs a
 * code.
 */
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
