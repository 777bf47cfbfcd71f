import type { CallStatus, Channel, PendingChallenge } from '../index.js'
import { duration, fill, joinSentences } from '../words.js'
import type { PageFailure } from './failure.js'
import type { StateTexts } from './texts/sections.js'
import type { PageTexts } from './texts/texts.js'

/** What the page knows about the code: the challenge, its status, and what has just failed. */
export interface Situation {
  readonly challenge: PendingChallenge | undefined
  /** Whether this session had a challenge that is no longer valid. */
  readonly isOver: boolean
  /** Not known if SignalWire or a store did not respond in time. */
  readonly status: CallStatus | undefined
  readonly failure: PageFailure | undefined
}

/** A state of the page: its heading, its sentence, and which parts it shows. */
export interface PageState extends Partial<StateTexts> {
  /** `ask` before a code was sent; `live` while it can be entered; `over` after it has ended. */
  readonly kind: 'ask' | 'live' | 'over'
  /** `ask` before a call; the states of `GET /otp/status`; or why there is no code to enter. */
  readonly name: string
  /** Which phone we call or text, with `{phone}` and `{from}`. Only if the state is `live`. */
  readonly about?: string
  readonly showsDigits: boolean
  readonly showsField: boolean
  /** Whether the main button asks for a code. Otherwise it sends the code. */
  readonly asks: boolean
}

export const isText = (channel: Channel): boolean => channel === 'sms' || channel === 'hosted-sms'

/** A call in one of these states reached nobody: nobody has heard the code. */
const unreached = new Set(['busy', 'no-answer', 'failed', 'canceled'])
/** The states in which the user no longer needs the two digits. */
const withoutDigits = new Set(['completed', 'sent'])

/** The states that follow each other while a code waits: the script shows them in place. */
const liveStates = [
  'none',
  'waiting',
  'queued',
  'ringing',
  'answered',
  'completed',
  'sent',
] as const

/** The state of the page. */
export function stateOf(texts: PageTexts, situation: Situation): PageState {
  const { challenge, status } = situation
  const ended = endOf(situation)
  if (ended !== undefined)
    return {
      kind: 'over',
      name: ended,
      ...texts.over[ended],
      showsDigits: false,
      showsField: false,
      asks: true,
    }
  if (challenge === undefined)
    return { kind: 'ask', name: 'ask', showsDigits: false, showsField: false, asks: true }
  return liveState(texts, challenge, status?.call ?? 'none', status)
}

/** Why there is no code to enter, although there was one. */
function endOf({
  challenge,
  status,
  failure,
  isOver,
}: Situation): keyof PageTexts['over'] | undefined {
  if (failure?.code === 'locked') return 'locked'
  const attemptsLeft = failure?.attemptsLeft ?? (challenge && status?.attemptsLeft)
  if (failure?.code === 'too-many-attempts' || attemptsLeft === 0) return 'no-attempts'
  if (failure?.code === 'phone-missing') return 'no-phone'
  if (failure?.code === 'reported' || status?.call === 'reported') return 'reported'
  if (failure?.code === 'too-many-calls' && challenge === undefined) return 'too-many-calls'
  if (isOver && failure === undefined) return 'expired'
  return undefined
}

function liveState(
  texts: PageTexts,
  challenge: PendingChallenge,
  call: CallStatus['call'],
  status: CallStatus | undefined,
): PageState {
  const name =
    (status?.startsIn ?? 0) > 0 && (call === 'none' || call === 'queued') ? 'waiting' : call
  const hasFailed = unreached.has(name) || name === 'refused'
  return {
    kind: 'live',
    name,
    ...textsOfState(texts, challenge, name),
    about: aboutDelivery(texts, challenge, name),
    showsDigits: !hasFailed && !withoutDigits.has(name),
    showsField: !hasFailed,
    asks: hasFailed,
  }
}

function textsOfState(
  texts: PageTexts,
  { channel, matchingDigits }: PendingChallenge,
  name: string,
): StateTexts {
  const { call, sms } = texts
  if (isText(channel)) return name === 'sent' ? sms.sent : sms.none
  if (name === 'answered' && matchingDigits === undefined) return call.listening
  /* v8 ignore next -- reported is not in this table, and endOf() has handled it */
  return call[name as keyof typeof call] ?? call.none
}

/** Which phone we call or text. It must not say that we are calling after the call has ended. */
function aboutDelivery(texts: PageTexts, { channel }: PendingChallenge, name: string): string {
  if (name === 'waiting') return texts.willCall
  if (isText(channel)) return texts.textSent
  const isOver = unreached.has(name) || name === 'refused' || name === 'completed'
  return isOver ? texts.called : texts.calling
}

/**
 * The sentence of a state. For a call that waits for its turn, it says how long the call waits and
 * how many calls are before it. The time is rounded, so that a screen reader does not read every
 * second.
 */
export function waitingText(
  texts: PageTexts,
  { name, text = '' }: PageState,
  startsIn: number,
  callsBefore: number,
): string {
  if (name !== 'waiting') return text
  const seconds = startsIn > 10 ? Math.ceil(startsIn / 10) * 10 : startsIn
  const sentence = fill(text, { time: duration(texts.language, seconds) })
  return joinSentences(sentence, callsBefore > 0 ? texts.peopleBefore(callsBefore) : '')
}

/** The live states of a challenge, by name, for the script in the browser. */
export const statesForScript = (
  texts: PageTexts,
  challenge: PendingChallenge,
): Readonly<Record<string, PageState>> =>
  Object.fromEntries(
    liveStates.map(name => [
      name,
      {
        kind: 'live',
        name,
        ...textsOfState(texts, challenge, name),
        about: aboutDelivery(texts, challenge, name),
        showsDigits: !withoutDigits.has(name),
        showsField: true,
        asks: false,
      },
    ]),
  )
