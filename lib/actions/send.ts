import { type Challenge, delivered, makeChallenge, phoneMatches } from '../session/challenge.js'
import type { CallRequest } from '../limits/sends.js'
import { Refusal, VoiceOtpError, withDeadline } from '../errors.js'
import { askBeforeCall, phonesOnRecord } from '../callbacks.js'
import { type Destination, isPermitted, parseDestination } from '../phone.js'
import type { Factor } from '../session/login-state.js'
import { reachedNobody } from '../signalwire/calls.js'
import { deliveryTrouble } from '../signalwire/errors.js'
import { LimitReached } from '../limits/limit-counter.js'
import { isWay, type Way } from '../channels.js'
import { deliver } from './deliver.js'
import { checkMayEnrol, choiceId, readFrom, type Situation } from './context.js'

const sessionDeadlineMilliseconds = 5000

/** Delivers a new code to the user's telephone, if that may be; the challenge is in the saved session before anything rings. @internal */
export async function call<User>(situation: Situation<User>): Promise<void> {
  const {
    parts: { counters, emit, settings },
    factor,
    req,
    user,
    userId,
    purpose,
  } = situation
  try {
    const way = wayOf(situation)
    const destination =
      purpose === 'enrol' ? await phoneToEnrol(situation) : await ownPhone(situation)
    if (!isPermitted(destination, settings.countries)) throw new Refusal('destination-blocked')
    // Only our own call can dial on: any other way would hand the code to whoever has the main number.
    if (way !== 'call' && destination.extension !== undefined) throw new Refusal('choice-unknown')
    const request: CallRequest = {
      userId,
      phone: destination.number,
      telephone: destination.telephone,
      enrol: purpose === 'enrol',
      waived: await intervalIsWaived(situation, destination),
    }
    const { beforeCall } = settings
    await counters.admitCall(
      request,
      beforeCall && (() => askBeforeCall(beforeCall, { user, phone: destination.number, req })),
    )

    const { challenge, code } = await newChallenge(situation, destination, way)
    factor.challenge = challenge
    await saveSession(factor) // a call that could not be recorded is not placed
    const sid = await place(situation, request, challenge, destination, code)
    factor.challenge = delivered(situation.parts.keys, challenge, sid)
    emit('call.placed', { userId, purpose, way, sid })
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'phone-refused') {
      emit('call.blocked', {
        userId,
        purpose,
        code: error.code,
        ...(error instanceof LimitReached ? { limit: error.limit } : {}),
      })
    }
    throw error
  }
}

function wayOf<User>(situation: Situation<User>): Way {
  const {
    parts: {
      settings: { ways },
    },
    options: { way: wanted },
  } = situation
  const way =
    (typeof wanted === 'function' ? readFrom(situation, 'way', wanted) : wanted) ?? ways[0]
  if (isWay(way) && ways.includes(way)) return way
  // A way that the app's own code names but never allowed is the app's mistake; one that a request names is not.
  throw typeof wanted === 'function'
    ? new Refusal('choice-unknown')
    : new VoiceOtpError('configuration', 'way: give one of the option ways.')
}

async function newChallenge<User>(
  { parts: { counters, keys, settings }, factor, userId, purpose }: Situation<User>,
  destination: Destination,
  way: Way,
) {
  const { clock, codeSeconds, codeLength, gate, limits } = settings
  const ticket = await counters.issueTicket(userId)
  const now = clock.now()
  return makeChallenge(keys, {
    userId,
    purpose,
    way,
    destination,
    ticket,
    sessionId: factor.sessionId,
    codeLength,
    matching: way === 'call' && gate === 'match',
    expiresAt: now + codeSeconds * 1000,
    nextCallAt: now + (limits.callIntervalSeconds || 0) * 1000,
  })
}

async function place<User>(
  situation: Situation<User>,
  request: CallRequest,
  challenge: Challenge,
  destination: Destination,
  code: string,
): Promise<string> {
  const {
    parts: { counters, emit },
    factor,
    userId,
    purpose,
  } = situation
  try {
    return await deliver(situation, challenge, destination, code)
  } catch (thrown) {
    const { error, reason, refused } = deliveryTrouble(thrown)
    emit('call.failed', { userId, purpose, way: challenge.way, code: error.code, reason })
    factor.dropChallenge()
    if (refused) await counters.waiveInterval(request) // after a time-out a telephone may be ringing
    throw error
  }
}

/** The interval between calls is waived, once a call, when the last one is known to have reached nobody. */
async function intervalIsWaived<User>(
  { parts: { calls, counters, keys }, factor: { challenge }, userId }: Situation<User>,
  destination: Destination,
): Promise<boolean> {
  if (
    challenge?.way !== 'call' ||
    challenge.deliverySid === undefined ||
    challenge.userId !== userId ||
    (await counters.nextCallIn(userId)) === 0
  )
    return false
  // Of the user's newest call alone, and for the telephone that it did not reach: else old ones are kept for later, or spent on another's number.
  if (
    !phoneMatches(keys, challenge, destination.telephone) ||
    !(await counters.isAlive(userId, challenge.ticket)) ||
    !(await counters.hasWaiver(challenge.deliverySid))
  )
    return false
  return (
    reachedNobody(await calls.freshState(challenge.deliverySid)) &&
    counters.takeWaiver(challenge.deliverySid)
  )
}

async function ownPhone<User>(situation: Situation<User>): Promise<Destination> {
  const {
    parts: { keys },
    lookup,
    req,
    user,
    userId,
    options: { number },
  } = situation
  const destinations = await phonesOnRecord(lookup, req, user)
  if (destinations === null) throw new Refusal('phone-missing')
  const wanted = number === undefined ? undefined : readFrom(situation, 'number', number)
  const chosen =
    wanted === undefined || wanted === ''
      ? destinations[0]
      : destinations.find(({ telephone }) => choiceId(keys, userId, telephone) === wanted)
  if (chosen === undefined) throw new Refusal('choice-unknown')
  return chosen
}

async function phoneToEnrol<User>(situation: Situation<User>): Promise<Destination> {
  await checkMayEnrol(situation)
  const {
    options: { enrol },
  } = situation
  const text = typeof enrol === 'function' ? readFrom(situation, 'enrol', enrol) : undefined
  const phone = typeof text === 'string' ? parseDestination({ number: text.trim() }) : undefined
  if (phone === undefined) throw new Refusal('phone-malformed')
  return phone
}

async function saveSession<User>(factor: Factor<User>): Promise<void> {
  const { session } = factor
  const saved = new Promise<void>((resolve, reject) => {
    session.save(error => {
      if (error) reject(error)
      else resolve()
    })
  })
  try {
    await withDeadline(
      saved,
      sessionDeadlineMilliseconds,
      () => new VoiceOtpError('session-unavailable', 'It took too long.'),
    )
  } catch (error) {
    factor.dropChallenge()
    throw error instanceof VoiceOtpError
      ? error
      : new VoiceOtpError('session-unavailable', undefined, error)
  }
}
