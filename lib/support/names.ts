// Names for people: of limits, of SignalWire's error codes, of channels and purposes.
import type { Channel } from '../options/channel.js'
import type { Limits } from '../options/limits.js'
import type { Purpose } from '../options/purpose.js'
import type { NumberCode } from '../signalwire/errors.js'

/** The names of all limits of calls begin like this. */
type CallLimit = Extract<keyof Limits, `${'call' | 'enrollCall' | 'approveCall'}${string}`>

/** The limit that was reached after too many calls. @internal */
export const callLimits: Readonly<Record<CallLimit, string>> = {
  callIntervalSeconds: 'The user asked for another call too soon',
  callsPerUserHour: 'The user has had all calls of this hour',
  callsPerPhoneTenMinutes: 'The phone has had all calls of ten minutes',
  callsPerPhoneDay: 'The phone has had all calls of a day',
  callsPerPrefixTenMinutes: 'Too many calls go to numbers like this one',
  callsPerAppMinute: 'Too many calls of the whole app',
  callsPerAppDay: 'The whole app has had all calls of a day',
  enrollCallsPerPhoneTenMinutes: 'The new phone has had all calls of ten minutes',
  enrollCallsPerPhoneDay: 'The new phone has had all calls of a day',
  enrollCallsPerAppMinute: 'Too many calls to new phones',
  approveCallIntervalSeconds: 'The user asked for another approval too soon',
  approveCallsPerUserHour: 'The user has had all approvals of this hour',
  approveCallsPerPhoneTenMinutes: 'The phone has had all approvals of ten minutes',
  approveCallsPerPhoneDay: 'The phone has had all approvals of a day',
}

/** Why SignalWire refused a number, by its error code. @internal */
export const networkReasons: Readonly<Record<NumberCode, string>> = {
  '21201': 'it is not a phone number',
  '21211': 'it is not a phone number',
  '21217': 'it cannot be reached',
  '21219': 'it is not verified on the trial account',
  not_routable: 'our account may not call its country',
  '21606': 'it cannot get texts from our number',
  '21610': 'its owner has unsubscribed from our texts',
  '21614': 'it is not a mobile phone',
}

/** How a code is sent to the user. @internal */
export const channels: Readonly<Record<Channel, string>> = {
  call: 'A call',
  sms: 'A text',
  'hosted-call': 'A call by SignalWire',
  'hosted-sms': 'A text by SignalWire',
}

/** What a code was for. @internal */
export const purposes: Readonly<Record<Purpose, string>> = {
  login: 'to log in',
  'step-up': 'to confirm',
  enroll: 'to add a phone',
  approve: 'to approve an action',
}
