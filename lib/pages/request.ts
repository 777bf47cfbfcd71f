import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PendingChallenge } from '../index.js'
import { withDeadline } from '../deadline.js'
import { VoiceOtpError } from '../index.js'
import { isOwnPath } from '../own-path.js'

/** The session as the pages use it. */
export interface PageSession {
  /** The page that needs a code first. `requireSecondFactor()` and `enforce()` set it. */
  returnTo?: unknown
  /** The same page, if it needs a fresh code. */
  voiceOtpStepUp?: unknown
  /** Sentences for the next page, where Passport's `successMessage` puts them too. */
  messages?: unknown
  /** The page after the last right code. A second click on the same button goes there too. */
  otpLastRedirect?: unknown
  save(done: (error?: unknown) => void): void
}

/** A request with what Express, express-session and Passport add to it. */
export interface PageRequest extends IncomingMessage {
  body?: Readonly<Record<string, unknown>> | undefined
  readonly originalUrl?: string
  readonly session: PageSession
  readonly user?: object | undefined
  readonly pendingUser?: object | undefined
  readonly voiceOtp?: PendingChallenge | undefined
  readonly app?: { readonly locals?: object }
  route?: { readonly path: string }
  logIn(user: object, done: (error?: unknown) => void): void
}

/** The user with both factors or with only the first one. */
export const knownUser = (req: PageRequest): object | undefined => req.pendingUser ?? req.user

/** A field of the form. */
export const field = (req: object, name: string): unknown => {
  const { body } = req as PageRequest
  return body && Object.hasOwn(body, name) ? body[name] : undefined
}

/** The text in a field of the form, without spaces at the ends; '' for anything but text. */
export function fieldText(req: object, name: string): string {
  const value = field(req, name)
  return typeof value === 'string' ? value.trim().slice(0, 100) : ''
}

/** Keeps a sentence for the next page that shows `req.session.messages`. */
export function addMessage({ session }: PageRequest, message: string): void {
  session.messages = [...listMessages(session), message]
}

/** Takes the sentences that were kept for this page. */
export function takeMessages({ session }: PageRequest): readonly string[] {
  const messages = listMessages(session)
  if (session.messages !== undefined) delete session.messages
  return messages
}

const listMessages = ({ messages }: PageSession): readonly string[] =>
  Array.isArray(messages) ? messages.filter(each => typeof each === 'string') : []

/**
 * Whether to redirect to a path. Not if it has a backslash, which some browsers read as a slash.
 */
const isSafePath = (path: unknown): path is string => isOwnPath(path) && !path.includes('\\')

/**
 * Returns the page after the code, and forgets the requested page. After a second click on the same
 * button, it returns the same page as after the first.
 * @param home The page of a user who requested none.
 */
export function takeReturnTo({ session }: PageRequest, home: string): string {
  const path = [session.returnTo, session.otpLastRedirect].find(isSafePath) ?? home
  session.otpLastRedirect = path
  delete session.returnTo
  delete session.voiceOtpStepUp
  return path
}

/** Redirects with 303, so that the browser repeats no POST. */
export function redirect(res: ServerResponse, path: string): void {
  if (res.headersSent) return // a time limit of the app has responded already
  res.writeHead(303, { Location: path, 'Cache-Control': 'no-store' }).end()
}

const saveDeadlineMilliseconds = 5000

/**
 * Redirects after the session is saved. express-session alone would send the redirect first, and a
 * fast browser would then read the old session. Rejects with a {@link VoiceOtpError}
 * (`session-unavailable`) if the store fails or does not respond within 5 seconds.
 */
export async function redirectAfterSave(
  req: PageRequest,
  res: ServerResponse,
  path: string,
): Promise<void> {
  const saved = new Promise<void>((resolve, reject) => {
    req.session.save(error => {
      if (error) reject(error)
      else resolve()
    })
  })
  try {
    await withDeadline(saved, saveDeadlineMilliseconds, () => new Error('It took too long.'))
  } catch (error) {
    throw new VoiceOtpError('session-unavailable', undefined, error)
  }
  redirect(res, path)
}
