import { type Challenge, delivered, makeChallenge, phoneMatches } from '../session/challenge.js'
import type { CallRequest } from '../limits/sends.js'
import { withDeadline } from '../deadline.js'
import { Failure, VoiceOtpError } from '../errors.js'
import { askBeforeCall, phonesOnRecord } from '../callbacks.js'
import { type Destination, isPermitted, parseDestination } from '../phone.js'
import type { LoginState } from '../session/login-state.js'
import { reachedNobody } from '../signalwire/call-states.js'
import { toDeliveryError } from '../signalwire/errors.js'
import { LimitReached } from '../limits/limit-counter.js'
import type { Channel } from '../options/channel.js'
import { isChannel } from '../channels.js'
import { deliver } from './deliver.js'
import { checkMayEnroll, choiceId, readFrom, type ActionContext } from './context.js'

const sessionDeadlineMilliseconds = 5000

/** Delivers a new code to the user's telephone, if that may be; the challenge is in the saved session before anything rings. @internal */
export async function call<User>(action: ActionContext<User>): Promise<void> {
  const {
    context: { counters, emit, settings },
    loginState,
    req,
    user,
    userId,
    purpose,
  } = action
  try {
    const channel = channelOf(action)
    const destination = purpose === 'enroll' ? await phoneToEnroll(action) : await ownPhone(action)
    if (!isPermitted(destination, settings.countries)) throw new Failure('destination-blocked')
    // Only our own call can dial on: any other way would hand the code to whoever has the main number.
    if (channel !== 'call' && destination.extension !== undefined)
      throw new Failure('choice-unknown')
    const request: CallRequest = {
      userId,
      phone: destination.number,
      telephone: destination.telephone,
      enroll: purpose === 'enroll',
      waived: await intervalIsWaived(action, destination),
    }
    const { beforeCall } = settings
    await counters.admitCall(
      request,
      beforeCall && (() => askBeforeCall(beforeCall, { user, phone: destination.number, req })),
    )

    const { challenge, code } = await newChallenge(action, destination, channel)
    loginState.challenge = challenge
    await saveSession(loginState) // a call that could not be recorded is not placed
    const sid = await place(action, request, challenge, destination, code)
    loginState.challenge = delivered(action.context.keys, challenge, sid)
    emit('code.sent', { userId, purpose, channel, sid })
  } catch (error) {
    if (error instanceof Failure && error.code !== 'phone-refused') {
      emit('code.blocked', {
        userId,
        purpose,
        code: error.code,
        ...(error instanceof LimitReached ? { limit: error.limit } : {}),
      })
    }
    throw error
  }
}

function channelOf<User>(action: ActionContext<User>): Channel {
  const {
    context: {
      settings: { channels },
    },
    options: { channel: wanted },
  } = action
  const channel =
    (typeof wanted === 'function' ? readFrom(action, 'channel', wanted) : wanted) ?? channels[0]
  if (isChannel(channel) && channels.includes(channel)) return channel
  // A way that the app's own code names but never allowed is the app's mistake; one that a request names is not.
  throw typeof wanted === 'function'
    ? new Failure('choice-unknown')
    : new VoiceOtpError('configuration', 'way: give one of the option ways.')
}

async function newChallenge<User>(
  { context: { counters, keys, settings }, loginState, userId, purpose }: ActionContext<User>,
  destination: Destination,
  channel: Channel,
) {
  const { clock, codeSeconds, codeLength, numberMatching, limits } = settings
  const activation = await counters.activateChallenge(userId)
  const now = clock.now()
  return makeChallenge(keys, {
    userId,
    purpose,
    channel,
    destination,
    activation,
    sessionId: loginState.sessionId,
    codeLength,
    matching: channel === 'call' && numberMatching === true,
    expiresAt: now + codeSeconds * 1000,
    nextCallAt: now + (limits.callIntervalSeconds || 0) * 1000,
  })
}

async function place<User>(
  action: ActionContext<User>,
  request: CallRequest,
  challenge: Challenge,
  destination: Destination,
  code: string,
): Promise<string> {
  const {
    context: { counters, emit },
    loginState,
    userId,
    purpose,
  } = action
  try {
    return await deliver(action, challenge, destination, code)
  } catch (thrown) {
    const { error, reason, refused } = toDeliveryError(thrown)
    emit('code.failed', { userId, purpose, channel: challenge.channel, code: error.code, reason })
    loginState.dropChallenge()
    if (refused) await counters.waiveInterval(request) // after a time-out a telephone may be ringing
    throw error
  }
}

/** The interval between calls is waived, once a call, when the last one is known to have reached nobody. */
async function intervalIsWaived<User>(
  { context: { calls, counters, keys }, loginState: { challenge }, userId }: ActionContext<User>,
  destination: Destination,
): Promise<boolean> {
  if (
    challenge?.channel !== 'call' ||
    challenge.deliverySid === undefined ||
    challenge.userId !== userId ||
    (await counters.nextCallIn(userId)) === 0
  )
    return false
  // Of the user's newest call alone, and for the telephone that it did not reach: else old ones are kept for later, or spent on another's number.
  if (
    !phoneMatches(keys, challenge, destination.telephone) ||
    !(await counters.isActiveChallenge(userId, challenge.activation)) ||
    !(await counters.hasWaiver(challenge.deliverySid))
  )
    return false
  return (
    reachedNobody(await calls.freshState(challenge.deliverySid)) &&
    counters.takeWaiver(challenge.deliverySid)
  )
}

async function ownPhone<User>(action: ActionContext<User>): Promise<Destination> {
  const {
    context: { keys },
    lookup,
    req,
    user,
    userId,
    options: { phone },
  } = action
  const destinations = await phonesOnRecord(lookup, user, req)
  if (destinations === null) throw new Failure('phone-missing')
  const wanted = phone === undefined ? undefined : readFrom(action, 'phone', phone)
  const chosen =
    wanted === undefined || wanted === ''
      ? destinations[0]
      : destinations.find(({ telephone }) => choiceId(keys, userId, telephone) === wanted)
  if (chosen === undefined) throw new Failure('choice-unknown')
  return chosen
}

async function phoneToEnroll<User>(action: ActionContext<User>): Promise<Destination> {
  await checkMayEnroll(action)
  const { options } = action
  const text = options.phone === undefined ? undefined : readFrom(action, 'phone', options.phone)
  const phone = typeof text === 'string' ? parseDestination({ number: text.trim() }) : undefined
  if (phone === undefined) throw new Failure('phone-malformed')
  return phone
}

async function saveSession<User>(loginState: LoginState<User>): Promise<void> {
  const { session } = loginState
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
    loginState.dropChallenge()
    throw error instanceof VoiceOtpError
      ? error
      : new VoiceOtpError('session-unavailable', undefined, error)
  }
}
