import { catchRejection, phonesOnRecord } from '../callbacks.js'
import { isChannel } from '../channels.js'
import type { Keys } from '../crypto.js'
import { Failure, VoiceOtpError } from '../errors.js'
import type { Channel } from '../options/channel.js'
import type { Purpose } from '../options/purpose.js'
import { type Destination, explainPhoneMistake, isPermitted, parseDestination } from '../phone.js'
import { type ActionContext, checkMayEnroll } from './context.js'

// What the user chooses on the page before a code is sent: the channel and the phone.

/**
 * The id by which a page names one of the user's phones. It reveals nothing about the number.
 * @internal
 */
export const choiceId = (keys: Keys, userId: string, phone: string): string =>
  keys.storeName('choice', userId, phone).slice(0, 16)

/**
 * The channel and the phone for the code that the request asks for. Throws a {@link Failure} if
 * they are not allowed. For a code that {@link usesOwnPhone}, the caller must also call
 * {@link refuseReset}.
 * @internal
 */
export async function readChoices<User>(
  action: ActionContext<User>,
): Promise<{ readonly channel: Channel; readonly destination: Destination }> {
  const channel = chooseChannel(action)
  const destination =
    action.purpose === 'enroll'
      ? await readNewPhone(action)
      : await choosePhone(action).catch((error: unknown) => refuse(action, error))
  return { channel, destination }
}

/**
 * Throws a {@link Failure} if this phone may not get a code, or not over this channel.
 * @internal
 */
export async function checkDestination<User>(
  action: ActionContext<User>,
  channel: Channel,
  destination: Destination,
): Promise<void> {
  if (!isPermitted(destination, action.context.settings.countries))
    await refuse(action, new Failure('destination-blocked'))
  // Only our own call can dial an extension. Every other channel would give the code to the person
  // who answers the main number.
  if (channel !== 'call' && destination.extension !== undefined)
    await refuse(action, new Failure('choice-unknown'))
}

/**
 * Throws the error. If support has reset the user's factors, throws `phone-missing` instead: the
 * number on record does not count, so it does not matter what is wrong with it.
 */
async function refuse<User>(action: ActionContext<User>, error: unknown): Promise<never> {
  if (error instanceof Failure && usesOwnPhone(action)) await refuseReset(action)
  throw error
}

/** Whether the code goes to the user's own phone as a second factor. @internal */
export const usesOwnPhone = ({ purpose }: { readonly purpose: Purpose }): boolean =>
  purpose === 'login' || purpose === 'step-up'

/**
 * Throws the failure `phone-missing` for a user whose factors support has reset: the number on
 * record does not count.
 * @internal
 */
export async function refuseReset<User>({ context, userId }: ActionContext<User>): Promise<void> {
  if (await context.factorResets.isReset(userId)) throw new Failure('phone-missing')
}

function chooseChannel<User>(action: ActionContext<User>): Channel {
  const { channels } = action.context.settings
  const { channel: given } = action.options
  const channel =
    (typeof given === 'function' ? callReader('channel', () => given(action.req)) : given) ??
    channels[0]
  if (isChannel(channel) && channels.includes(channel)) return channel
  if (typeof given === 'function') throw new Failure('choice-unknown')
  // The app's own code names a channel that the app did not allow.
  throw new VoiceOtpError('configuration', 'channel: give one of the option channels.')
}

async function choosePhone<User>(action: ActionContext<User>): Promise<Destination> {
  const { context, lookup, req, user, userId, options } = action
  const storedPhones = usesOwnPhone(action) ? lookup.ignoringResets : lookup
  const destinations = await phonesOnRecord(storedPhones, user, req)
  if (destinations === null) throw new Failure('phone-missing')
  const wanted = callReader('phone', () => options.phone?.(req))
  const destination =
    wanted === undefined || wanted === ''
      ? destinations[0]
      : destinations.find(({ phone }) => choiceId(context.keys, userId, phone) === wanted)
  if (destination === undefined) throw new Failure('choice-unknown')
  return destination
}

async function readNewPhone<User>(action: ActionContext<User>): Promise<Destination> {
  await checkMayEnroll(action)
  const { options, req } = action
  const text = callReader('phone', () => options.phone?.(req))
  const destination =
    typeof text === 'string' ? parseDestination({ number: text.trim() }) : undefined
  if (destination === undefined)
    throw new Failure('phone-malformed', { message: explainPhoneMistake(text) })
  return destination
}

/**
 * Calls a function of the app that reads a choice from the request. It may throw, for example if no
 * parser read the body.
 */
function callReader(name: 'channel' | 'phone', read: () => unknown): unknown {
  try {
    return catchRejection(read())
  } catch (error) {
    throw new VoiceOtpError('callback-failed', `The function ${name} threw an error.`, error)
  }
}
