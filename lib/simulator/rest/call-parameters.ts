import type { Order, Update } from '../call/order.js'
import type { Address } from '../http/webhook.js'
import type { Verb } from '../laml/verbs.js'
import { isPhoneNumber } from '../network/phones.js'
import { codes } from './outcome.js'
import { methodOf, methodRule, type Parameters, type Rule, urlRule } from './parameters.js'

const events = ['initiated', 'ringing', 'answered', 'completed']

/**
 * Parameters of "Update a Call". Source: SignalWire, "Update a Call"; `Twiml` and `Laml` as in
 * "Create a Call".
 * @internal
 */
export const updateRules: Readonly<Record<string, Rule>> = {
  Url: urlRule('Url', 21402),
  Method: methodRule('Method'),
  FallbackUrl: urlRule('FallbackUrl', 21402),
  FallbackMethod: methodRule('FallbackMethod'),
  StatusCallback: urlRule('StatusCallback', 21456),
  StatusCallbackMethod: methodRule('StatusCallbackMethod'),
  Status: {
    fits: text => text === 'canceled' || text === 'completed',
    code: codes.invalidArgument,
    message: "'Status' is canceled or completed",
  },
  Twiml: { fits: () => true, code: 20422, message: '' },
  Laml: { fits: () => true, code: 20422, message: '' },
}

/**
 * Parameters of "Create a Call". Source: SignalWire, "Create a Call" and "Error codes".
 * @internal
 */
export const createRules: Readonly<Record<string, Rule>> = {
  To: { fits: isPhoneNumber, code: 21211, message: "'To' is not a phone number in E.164" },
  From: { fits: isPhoneNumber, code: 21212, message: "'From' is not a phone number in E.164" },
  Url: urlRule('Url', 21402),
  Method: methodRule('Method'),
  FallbackUrl: urlRule('FallbackUrl', 21402),
  FallbackMethod: methodRule('FallbackMethod'),
  StatusCallback: urlRule('StatusCallback', 21456),
  StatusCallbackMethod: methodRule('StatusCallbackMethod'),
  StatusCallbackEvent: {
    fits: text => text.split(' ').every(each => events.includes(each)),
    code: 21626,
    message: `'StatusCallbackEvent' is any of ${events.join(', ')}`,
  },
  Timeout: {
    fits: text => /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 600,
    code: 21208,
    message: "'Timeout' is 1 to 600 seconds",
  },
  MachineDetection: {
    fits: text => ['none', 'Enable', 'DetectMessageEnd'].includes(text),
    code: 21234,
    message: "'MachineDetection' is none, Enable or DetectMessageEnd",
  },
  SendDigits: {
    fits: text => /^[0-9A-D#*wW]{1,32}$/.test(text),
    code: 13222,
    message: "'SendDigits' is 1 to 32 of 0-9, A-D, #, *, w and W",
  },
  MaxPricePerMinute: {
    fits: text => /^\d+\.?\d{0,4}$/.test(text),
    code: codes.invalidArgument,
    message: "'MaxPricePerMinute' is a price in USD with up to 4 decimals",
  },
}

/** Documented parameters of "Create a Call" that the simulator refuses. @internal */
export const notSimulatedAtCreate: readonly string[] = [
  'ApplicationSid',
  'AsyncAmd',
  'AsyncAmdPartialResults',
  'AsyncAmdStatusCallback',
  'AsyncAmdStatusCallbackMethod',
  'CallerId',
  'Laml',
  'MachineDetectionSilenceTimeout',
  'MachineDetectionSpeechEndThreshold',
  'MachineDetectionSpeechThreshold',
  'MachineDetectionTimeout',
  'MachineWordsThreshold',
  'Record',
  'RecordingChannels',
  'RecordingStatusCallback',
  'RecordingStatusCallbackEvent',
  'RecordingStatusCallbackMethod',
  'RecordingTrack',
  'SipAuthPassword',
  'SipAuthUsername',
  'Trim',
  'Twiml',
]

/** The order of a call, from parameters that were checked. @internal */
export function orderOf(given: Parameters): Order {
  const { StatusCallback: callback, StatusCallbackEvent: wanted = 'completed' } = given
  return {
    /* v8 ignore start -- checked before */
    from: given['From'] ?? '',
    to: given['To'] ?? '',
    parameters: given,
    opening: { url: given['Url'] ?? '', method: methodOf(given, 'Method') },
    /* v8 ignore stop */
    fallback: addressOf(given, 'FallbackUrl', 'FallbackMethod'),
    ringSeconds: Number(given['Timeout'] ?? 60),
    sendDigits: given['SendDigits'] ?? null,
    detectsMachines: (given['MachineDetection'] ?? 'none') !== 'none',
    statusCallback:
      callback === undefined
        ? undefined
        : {
            url: callback,
            method: methodOf(given, 'StatusCallbackMethod'),
            events: wanted.split(' '),
          },
  }
}

/**
 * The change of a call, from parameters that were checked. `document` is the LaML of `Twiml`.
 * @internal
 */
export function updateOf(given: Parameters, document: readonly Verb[] | undefined): Update {
  return {
    next: document ?? addressOf(given, 'Url', 'Method'),
    fallback: addressOf(given, 'FallbackUrl', 'FallbackMethod'),
    statusCallback: addressOf(given, 'StatusCallback', 'StatusCallbackMethod'),
  }
}

function addressOf(given: Parameters, url: string, method: string): Address | undefined {
  const text = given[url]
  return text === undefined ? undefined : { url: text, method: methodOf(given, method) }
}
