import { authenticate, reportError } from './authenticate.js'
import { browserName } from './browser-name.js'
import type { ShowPage, Visit } from './context.js'
import { currentChallenge } from './current-challenge.js'
import { type Choices, choicesOf } from './factor-links.js'
import type { PageFailure } from './failure.js'
import { offersOf } from './offers.js'
import {
  addMessage,
  field,
  knownUser,
  redirect,
  redirectAfterSave,
  takeReturnTo,
} from './request.js'
import { showPage } from './show.js'
import { isText, type PageState, stateOf, type Situation, statesForScript } from './state.js'

// The page of the code. Opening the page places no call: a prefetch, a link or a reload must not
// make a phone ring.

export async function getCode(visit: Visit): Promise<void> {
  if (await redirectIfNotNeeded(visit)) return
  await showCode(visit)
}

export async function postCall(visit: Visit): Promise<void> {
  const { failure } = await authenticate(visit, {
    action: 'call',
    channel: req => field(req, 'channel'),
    phone: req => field(req, 'phone'),
  })
  if (failure === undefined) await redirectAfterSave(visit.req, visit.res, codePath(visit))
  else await showCode(visit, refreshIfOvertaken(visit, failure, codePath(visit)))
}

export async function postCode(visit: Visit): Promise<void> {
  if (await redirectIfNotNeeded(visit)) return
  const { req, res, pages } = visit
  const { home } = pages.options.paths
  const { failure } = await authenticate(visit, {}, () => takeReturnTo(req, home))
  if (failure !== undefined) {
    await showCode(visit, refreshIfOvertaken(visit, failure, codePath(visit)))
    return
  }
  await rememberBrowser(visit)
  await redirectAfterSave(req, res, takeReturnTo(req, home))
}

const codePath = ({ pages }: Visit): string => pages.options.paths.code

/**
 * Redirects a user who needs no code here, and returns whether it did. A user who is logged in goes
 * on to the requested page. A pending user without a number goes to the page that adds one, unless
 * the user has another factor, which is needed for that.
 */
export async function redirectIfNotNeeded(visit: Visit): Promise<boolean> {
  const { pages, req, res } = visit
  const { paths } = pages.options
  const { returnTo, voiceOtpStepUp } = req.session
  const isStepUp =
    req.voiceOtp?.purpose === 'step-up' || (returnTo !== undefined && returnTo === voiceOtpStepUp)
  if (req.user && !isStepUp) redirect(res, takeReturnTo(req, paths.home))
  else if (req.method === 'POST' || !req.pendingUser || !pages.access.canEnroll) return false
  else if ((await phonesOf({ pages, req })) !== null) return false
  else if ((await choicesOf(visit, false)).links.length > 0) return false
  else redirect(res, paths.phone)
  return true
}

/** The phones of the user. Empty if the lookup fails: the form for a code reports that error. */
const phonesOf = ({ pages, req }: Pick<Visit, 'pages' | 'req'>) =>
  pages.access.phones(req as never).catch(() => [])

/** Remembers the browser if the form asks for that. If the store fails, the login stays valid. */
async function rememberBrowser(visit: Visit): Promise<void> {
  const { pages, req, texts } = visit
  if (pages.access.rememberDays === undefined || field(req, 'remember') !== 'on') return
  try {
    await pages.strategy.remembered.add(req as never, browserName(req) ?? 'A browser')
  } catch (error) {
    reportError(visit, error as Error)
    addMessage(req, texts.browsers.notRemembered)
  }
}

/** Shows the page of the code, after a failure with what went wrong. */
export const showCode: ShowPage = async (visit, failure) => {
  const { pages, req, texts } = visit
  const [current, phones] = await Promise.all([
    currentChallenge(visit, 'log in', failure?.code === 'limiter-unavailable'),
    phonesOf(visit),
  ])
  const choices = await choicesOf(visit, phones !== null)
  // If the user may no longer use the phone, a code that was sent before is not accepted.
  const situation: Situation = choices.isPhoneRefused
    ? { challenge: undefined, isOver: false, status: current.status, failure }
    : { ...current, failure }
  const state = stateWithChoices(visit, situation, choices)
  const { challenge, status } = situation
  const { channels } = pages.strategy
  const first = firstChannel(channels, situation, field(req, 'channel'))
  const isStepUp = req.pendingUser === undefined
  showPage(visit, {
    view: 'otp',
    heading: state.heading ?? (isStepUp ? texts.headings.confirmAgain : texts.headings.confirm),
    failure,
    isCalm: isOnItsWay(situation),
    state,
    data: {
      ...challengeData(visit, situation),
      ...linksFor(state, choices, failure),
      opensChannels: showsOtherChannels(state, situation),
      // A user who is locked cannot use a recovery code either.
      canRecover: pages.access.hasRecovery && state.name !== 'locked',
      phones: phones ?? [],
      offers: offersOf(texts, channels, first, challenge !== undefined),
      firstChannel: channels[first],
      wait: status?.nextCallIn ?? challenge?.nextCallIn ?? 0,
      isStepUp,
      rememberDays: isStepUp ? undefined : pages.access.rememberDays,
    },
  })
}

/** The state of the page. For a user who may not use a phone or has none, it offers no code. */
function stateWithChoices(
  { texts }: Visit,
  situation: Situation,
  { links, offersPhone, isPhoneRefused }: Choices,
): PageState {
  const state = stateOf(texts, situation)
  if (offersPhone || situation.failure !== undefined) return state
  if (isPhoneRefused || links.length > 0) return { ...state, name: 'other-factors' }
  return { ...state, name: 'no-phone', ...texts.over['no-phone'] }
}

/**
 * The links to other factors. The best factor comes first on the page, and the others are behind
 * "Other options". While a code waits, all of them are there.
 */
const linksFor = (
  { kind, text }: PageState,
  { links, offersPhone, isPhoneRefused }: Choices,
  failure: PageFailure | undefined,
): object => {
  const [best, ...others] = kind === 'live' ? [undefined, ...links] : links
  // A user who is locked until support unlocks the account gets no code, so no button offers one.
  const isLocked = failure?.code === 'locked' && failure.retryAfter === undefined
  return {
    best,
    otherFactors: others,
    offersPhone: offersPhone && !isLocked,
    isPhoneRefused: isPhoneRefused && failure?.code !== 'phone-not-allowed',
    // After a code was sent: the user has chosen the phone, which is among these options.
    opensOptions: failure !== undefined || text !== undefined,
  }
}

/** Whether the page shows the other channels at once, because it tells the user to choose one. */
const showsOtherChannels = ({ name }: PageState, { status, failure }: Situation): boolean =>
  failure?.code === 'queue-full' ||
  (name === 'waiting' && status !== undefined && status.otherChannels.length > 0)

/** What the form for a code needs: on the page of the code, and on the page of a number. */
export function challengeData({ pages, texts }: Visit, situation: Situation): object {
  const { challenge, status, failure } = situation
  const { codeLength, attemptsPerChallenge } = pages.access
  // SignalWire's own codes have six digits.
  const digits = challenge?.channel.startsWith('hosted-') === true ? 6 : codeLength
  const isFirstEntry = failure === undefined && status?.attemptsLeft === attemptsPerChallenge
  return {
    challenge,
    status,
    isTextMessage: challenge !== undefined && isText(challenge.channel),
    digits,
    /** The script sends a first entry by itself. After an error, the user presses the button. */
    sendsItself: isFirstEntry,
    states: challenge && statesForScript(texts, challenge),
    isWrongCode: failure?.code === 'code-wrong' || failure?.code === 'code-malformed',
  }
}

/**
 * Whether the failure needs no attention of the user: after a second click on the same button, the
 * code of the first click is on its way.
 */
export const isOnItsWay = ({ failure, challenge, status }: Situation): boolean =>
  failure?.code === 'too-many-calls' &&
  challenge !== undefined &&
  !['busy', 'no-answer', 'failed', 'canceled'].includes(status?.call ?? '')

/**
 * The index of the channel to offer first: the one of this code, or the next one after a channel
 * that failed.
 * @param requested The channel that the form has asked for.
 */
function firstChannel(
  channels: readonly string[],
  { challenge, status, failure }: Situation,
  requested: unknown,
): number {
  const failed = failure?.code === 'phone-refused' || failure?.code === 'signalwire-unavailable'
  const last = challenge?.channel ?? (failed ? requested : undefined)
  const index = channels.indexOf(last as string)
  const hasFailed =
    failed && challenge === undefined ? true : status !== undefined && reachedNobody(status.call)
  return hasFailed && challenge === undefined ? (index + 1) % channels.length : Math.max(0, index)
}

const reachedNobody = (call: string): boolean =>
  ['busy', 'no-answer', 'failed', 'canceled'].includes(call)

/**
 * A double click sends a form twice at the same time. The browser shows the response to the second
 * request, which fails because the first one has placed the call or used the code. That page
 * refreshes to `path`, which shows the result of the first request: the user must not miss that the
 * login succeeded or that a phone is ringing.
 */
export function refreshIfOvertaken(
  { req, res, texts }: Visit,
  failure: PageFailure,
  path: string,
): PageFailure {
  const isActiveChallenge = (req.voiceOtp?.expiresIn ?? 0) > 0
  const waitSeconds = failure.retryAfter ?? Infinity
  if (failure.code === 'too-many-calls' && !isActiveChallenge && waitSeconds <= 60)
    res.setHeader('Refresh', `2; url=${path}`)
  if (failure.code !== 'code-expired' || !isActiveChallenge) return failure
  res.setHeader('Refresh', `1; url=${path}`)
  return { ...failure, message: texts.problem.oneMoment }
}

/** Whether nobody has logged in: then no page can be shown. */
export const isAnonymous = ({ req }: Visit): boolean => knownUser(req) === undefined
