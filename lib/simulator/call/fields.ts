import type { Fields } from '../http/webhook.js'
import type { CallStatus } from '../types/call.js'

/** What the fields of a webhook say about a call. @internal */
export interface CallFacts {
  readonly project: string
  readonly sid: string
  readonly from: string
  readonly to: string
  /** `undefined` before the answer, and without machine detection. */
  readonly answeredBy: string | undefined
}

/** The result codes of SIP that the simulator gives to calls that are over. Source: RFC 3261. */
const sipResultCodes: Readonly<Partial<Record<CallStatus, string>>> = {
  completed: '200',
  busy: '486',
  'no-answer': '480',
  failed: '404',
  canceled: '487',
}

/** The result code of SIP of a call, or `null` while it lasts. @internal */
export const sipResultCode = (status: CallStatus): string | null => sipResultCodes[status] ?? null

/**
 * The fields that every webhook of a call has. Source: SignalWire, "Voice XML", request parameters.
 * @internal
 */
export function standardFields(facts: CallFacts, status: string): Fields {
  return {
    AccountSid: facts.project,
    ApiVersion: '2010-04-01',
    CallSid: facts.sid,
    CallStatus: status,
    Direction: 'outbound-api',
    From: facts.from,
    To: facts.to,
    ...(facts.answeredBy === undefined ? {} : { AnsweredBy: facts.answeredBy }),
  }
}

/** What was measured while a phone was connected: nothing, since there is no sound. */
const audioFields = {
  AudioInAveragePtime: '0',
  AudioInDtmfPacketCount: '0',
  AudioInFlushPacketCount: '0',
  AudioInJitterMaxVariance: '0',
  AudioInJitterMinVariance: '0',
  AudioInLargestJbSize: '0',
  AudioInMediaPacketCount: '0',
  AudioInMos: '4.50',
  AudioInSkipPacketCount: '0',
  AudioOutDtmfPacketCount: '0',
  AudioOutMediaPacketCount: '0',
}

/** One status callback. @internal */
export interface StatusReport {
  readonly status: string
  readonly sequenceNumber: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** Only at the end. */
  readonly durationMs?: number
}

/** The fields of a status callback. Source: SignalWire, "Voice status callback". @internal */
export function statusFields(
  facts: CallFacts,
  { status, sequenceNumber, at, durationMs }: StatusReport,
): Fields {
  return {
    ...standardFields(facts, status),
    ...audioFields,
    CallbackSource: 'call-progress-events',
    SequenceNumber: String(sequenceNumber),
    Timestamp: rfc2822(at),
    ...(durationMs === undefined
      ? {}
      : {
          CallDuration: String(wholeSeconds(durationMs)),
          /* v8 ignore next -- a call that has a duration is over, and so has a code */
          SipResultCode: sipResultCode(status as CallStatus) ?? '',
        }),
  }
}

/** Whole seconds, rounded up, as calls are billed. @internal */
export const wholeSeconds = (milliseconds: number): number => Math.ceil(milliseconds / 1000)

/** A date as the Compatibility API writes it. @internal */
export const rfc2822 = (milliseconds: number): string =>
  new Date(milliseconds).toUTCString().replace('GMT', '+0000')
