import type { UserNotice } from 'passport-voice-otp'

/** What the e-mail to the user says. It holds no number and no code. */
export function noticeText(what: UserNotice): string {
  return `Acme: ${sentence(what)} If it was not you, change your password and contact us at once.`
}

function sentence(what: UserNotice): string {
  switch (what.type) {
    case 'phone-changed':
      return 'The phone number of your account was changed.'
    case 'code-reported':
      return 'Somebody told us by phone that a login was not theirs.'
    case 'recovery-code-used':
      return `Somebody logged in with a recovery code. ${what.left} remain.`
    case 'browser-remembered':
      return `A browser may now log in without a call: ${what.name}.`
    case 'factor-added':
      return `A second factor was added: ${what.name}.`
    case 'factor-removed':
      return `A second factor was removed: ${what.name}.`
  }
}
