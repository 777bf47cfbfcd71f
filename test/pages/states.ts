// Every state of the ready pages, with fixed contents.
import type { CallStatus, Channel, FailureInfo, PendingChallenge } from '../../lib/index.js'
import { failures } from '../../lib/index.js'
import type { ErrorCode, FailureCode } from '../../lib/errors.js'

/** What a page shows: how it is asked for, and what the strategy says. */
export interface GalleryState {
  readonly path: '/otp' | '/phone' | '/recover' | '/security' | '/security/codes'
  readonly challenge?: Partial<PendingChallenge>
  readonly status?: Partial<CallStatus>
  /** The page comes after a form that failed. */
  readonly failure?: Partial<FailureInfo> & { readonly code: FailureCode }
  /** The page comes after a form that met this error. */
  readonly error?: ErrorCode
  readonly channels?: readonly Channel[]
  readonly phones?: 0 | 1 | 2
  readonly isLoggedIn?: boolean
  readonly isCrossSite?: boolean
  readonly isForm?: boolean
  readonly browsers?: number
  readonly messages?: readonly string[]
  /** The factors that the user has and the app has pages for. */
  readonly factors?: readonly ('passkey' | 'app-code')[]
  /** `phoneFallback` refuses the phone. */
  readonly isPhoneRefused?: boolean
  readonly fields?: Readonly<Record<string, string>>
}

const all: readonly Channel[] = ['call', 'sms', 'hosted-call', 'hosted-sms']
const call = (state: CallStatus['call'], more: Partial<CallStatus> = {}): GalleryState => ({
  path: '/otp',
  channels: all,
  challenge: {},
  status: { call: state, ...more },
})
const failed = (
  code: FailureCode,
  numbers: Partial<FailureInfo> = {},
  more: Partial<GalleryState> = {},
): GalleryState => ({ path: '/otp', failure: { code, ...numbers }, channels: all, ...more })
const answered = { challenge: {}, status: { call: 'answered' } } as const
const enroll = { path: '/phone', phones: 0, challenge: { purpose: 'enroll' } } as const

/** By name. */
export const galleryStates: Readonly<Record<string, GalleryState>> = {
  'before the call': { path: '/otp', channels: all },
  'before the call, one channel': { path: '/otp' },
  'before the call, several phones': { path: '/otp', phones: 2, channels: all },
  'before a text': { path: '/otp', channels: ['sms', 'call'] },
  'step-up': { path: '/otp', isLoggedIn: true, channels: all },
  'no number': { path: '/otp', phones: 0 },
  'being set up': call('none'),
  'waiting for its turn': call('queued', { startsIn: 40, callsBefore: 12 }),
  'waiting, with another channel': call('queued', {
    startsIn: 70,
    callsBefore: 1,
    otherChannels: ['sms', 'hosted-call', 'hosted-sms'],
  }),
  'about to start': call('queued'),
  ringing: call('ringing'),
  'ringing, several phones': { ...call('ringing'), phones: 2 },
  answered: call('answered'),
  'answered, without digits': {
    ...call('answered'),
    challenge: { matchingDigits: undefined },
  },
  'call over': call('completed'),
  'text sent': { ...call('sent'), challenge: { channel: 'sms', matchingDigits: undefined } },
  'call without keys': {
    ...call('sent'),
    challenge: { channel: 'hosted-call', matchingDigits: undefined },
  },
  busy: call('busy', { nextCallIn: 0 }),
  'busy, one channel': { ...call('busy', { nextCallIn: 0 }), channels: ['call'] },
  'no answer': call('no-answer', { nextCallIn: 0 }),
  failed: call('failed', { nextCallIn: 0 }),
  canceled: call('canceled', { nextCallIn: 0 }),
  reported: call('reported', { expiresIn: 0, nextCallIn: 590 }),
  expired: call('none', { expiresIn: 0, nextCallIn: 0 }),
  'wrong code': failed('code-wrong', { attemptsLeft: 4 }, answered),
  'wrong code, one attempt left': failed('code-wrong', { attemptsLeft: 1 }, answered),
  'not a code': failed('code-malformed', {}, answered),
  'no attempts left': failed('code-wrong', { attemptsLeft: 0 }, answered),
  locked: failed('locked', { retryAfter: 900 }),
  'locked until unlock': failed('locked'),
  'too many calls': failed('too-many-calls', { retryAfter: 480 }),
  'already on its way': failed('too-many-calls', { retryAfter: 50 }, answered),
  'after a report': failed('reported', { retryAfter: 590 }),
  'the network refused, next channel': failed('phone-refused', {}, { fields: { channel: 'call' } }),
  'call vetoed': failed('call-vetoed'),
  'not available': { path: '/otp', error: 'signalwire-unavailable', channels: all },
  'too many people': { path: '/otp', error: 'queue-full', channels: all },
  'form of another site': { path: '/otp', isCrossSite: true },
  'add a number': { path: '/phone', phones: 0 },
  'add a number, ringing': { ...enroll, status: { call: 'ringing' } },
  'add a number, no answer': { ...enroll, status: { call: 'no-answer', nextCallIn: 0 } },
  'add a number, not a number': {
    path: '/phone',
    phones: 0,
    failure: { code: 'phone-malformed' },
    fields: { phone: '555 0189' },
  },
  'change the number': { path: '/phone', isLoggedIn: true },
  'passkey first': { path: '/otp', channels: all, phones: 2, factors: ['passkey', 'app-code'] },
  'locked, with a passkey': failed('locked', {}, { factors: ['passkey'] }),
  'passkey, no phone': { path: '/otp', factors: ['passkey'], isPhoneRefused: true },
  'passkey, wrong code': failed('code-wrong', { attemptsLeft: 0 }, { factors: ['passkey'] }),
  'ringing, with a passkey': { ...call('ringing'), factors: ['passkey', 'app-code'] },
  'add a number, better factors': {
    path: '/phone',
    phones: 0,
    factors: ['passkey', 'app-code'],
  },
  'recovery code': { path: '/recover' },
  'recovery code, wrong': { path: '/recover', failure: { code: 'recovery-wrong' } },
  security: { path: '/security', isLoggedIn: true, browsers: 2 },
  'security, none remembered': { path: '/security', isLoggedIn: true },
  success: { path: '/security', isLoggedIn: true, browsers: 1, messages: ['success'] },
  'before recovery codes': { path: '/security/codes', isLoggedIn: true },
  'recovery codes': { path: '/security/codes', isLoggedIn: true, isForm: true },
}

/** The English sentence of a failure, as the strategy sends it. */
export const messageOf = (code: FailureCode): string => failures[code].message
