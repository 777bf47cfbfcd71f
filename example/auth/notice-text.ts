import type { UserNotice } from 'passport-voice-otp'
import { fill } from '../views/words.js'

const sentences: Readonly<Record<UserNotice['type'], string>> = {
  'phone-changed': 'The phone number of your account was changed.',
  'code-reported': 'Somebody told us by phone that a login was not theirs.',
  'recovery-code-used': 'Somebody logged in with a recovery code. {left} remain.',
  'browser-remembered': 'A browser may now log in without a call: {name}.',
  'factor-added': 'A second factor was added: {name}.',
  'factor-removed': 'A second factor was removed: {name}.',
}

/** What the e-mail to the user says. It holds no number and no code. */
export const noticeText = ({ type, ...values }: UserNotice): string =>
  `Acme: ${fill(sentences[type], values)} If it was not you, change your password and contact us at once.`
