import { readCodeText } from '../code-input.js'
import type { Context } from '../context.js'
import { Failure, VoiceOtpError } from '../errors.js'
import type { RegisteredFactor } from '../factor-registry.js'
import type { Attempt } from '../limits/attempts.js'
import type { HostedStrategy } from '../options/second-factor.js'
import type { FailureOptions, Outcome, RedirectFunction, Success } from '../report-outcome.js'
import type { Request } from '../request.js'
import { checkSession, refuseOutsideSessions } from '../session/check-session.js'
import { type LoginState, loginStateOf } from '../session/login-state.js'
import { carryVerification } from '../session/re-login.js'
import type { Verification } from '../session/verification.js'
import { createHostedRequest } from './hosted-request.js'
import { findFactor } from './ownership.js'
import { runStrategy, type StrategyResult } from './run-strategy.js'

/** The options of `passport.authenticate(factor, options)` that matter here. @internal */
export interface FactorActionOptions extends FailureOptions {
  readonly action?: string
  readonly purpose?: string
  readonly session?: boolean
  readonly assignProperty?: string
}

/** One request to `passport.authenticate(factor)`. @internal */
interface FactorAction<User> {
  readonly context: Context<User>
  readonly factor: RegisteredFactor<User>
  readonly strategy: HostedStrategy
  readonly req: Request
  readonly options: FactorActionOptions
  readonly loginState: LoginState<User>
  readonly user: User
  readonly userId: string
  readonly sessionId: string
  readonly purpose: 'login' | 'step-up'
}

/**
 * Runs the strategy of a factor for the user of this request. Only `success()` of the same user
 * logs in. Throws a {@link Failure} or a `VoiceOtpError` for everything else.
 * @internal
 */
export async function authenticateFactor<User>(
  context: Context<User>,
  factor: RegisteredFactor<User>,
  strategy: HostedStrategy,
  req: Request,
  options: FactorActionOptions,
  redirect: RedirectFunction,
): Promise<Outcome> {
  checkFactorOptions(factor, req, options)
  const loginState = loginStateOf(context, req)
  const user = loginState.anyUser
  if (user === undefined) throw new Failure('first-factor-required')
  checkSession(loginState.session, req)
  const { userId, sessionId } = loginState
  const purpose = loginState.pendingUser === undefined ? 'step-up' : 'login'
  const action: FactorAction<User> = {
    context,
    factor,
    strategy,
    req,
    options,
    loginState,
    user,
    userId,
    sessionId,
    purpose,
  }
  if (options.action === 'begin') return begin(action, redirect)
  const progress = { compared: false }
  try {
    return await attempt(action, progress)
  } catch (error) {
    if (error instanceof Failure)
      context.emit('code.rejected', { userId, code: error.code, ...progress, factor: factor.name })
    throw error
  }
}

function checkFactorOptions<User>(
  { name, allowsGet }: RegisteredFactor<User>,
  { method }: Request,
  options: FactorActionOptions,
): void {
  const { action, purpose } = options
  if (action !== undefined && action !== 'begin' && action !== 'verify')
    throw new VoiceOtpError('configuration', `action: for '${name}', give 'begin' or 'verify'.`)
  if (purpose !== undefined)
    throw new VoiceOtpError('configuration', `purpose: '${name}' has none. Omit it.`)
  // A prefetch, a link or a reload must not use up an attempt.
  if (method !== 'POST' && !(method === 'GET' && allowsGet && action !== 'begin'))
    throw new VoiceOtpError(
      'configuration',
      `passport.authenticate('${name}') belongs on a POST route.`,
    )
  refuseOutsideSessions(options)
}

/**
 * Runs the first of two steps: the strategy passes, redirects or responds. This step never logs in.
 * It counts as an attempt only if the strategy did something else: a strategy that ignores `action`
 * may have compared a code.
 */
async function begin<User>(
  action: FactorAction<User>,
  redirect: RedirectFunction,
): Promise<Outcome> {
  const { context, factor, strategy, req, options, user, userId, sessionId } = action
  if (factor.codeField !== undefined)
    throw new VoiceOtpError('configuration', `action: '${factor.name}' is a code and has no begin.`)
  await checkFactor(action)
  const { factorAttempts } = context
  // Count first. Nobody can find a phishing-resistant factor by trying, so its first step does not
  // count.
  const counted = factor.phishingResistant ? undefined : await factorAttempts.begin(factor, userId)
  await factorAttempts.beginStep(factor, userId, sessionId)
  const result = await runStrategy(strategy, createHostedRequest(req, user), options)
  if (result.kind === 'pass' || result.kind === 'redirect' || result.kind === 'responded') {
    // If this fails, the attempt stays counted. The response may have begun.
    await counted?.cancel().catch(() => undefined)
    if (result.kind === 'pass') return undefined
    return () => {
      if (result.kind === 'redirect') redirect(result.url, result.status)
    }
  }
  if (counted !== undefined) await keepAttempt(action, counted)
  throw result.kind === 'fail' ? new Failure('factor-wrong') : factorFailed(factor.name, result)
}

/** Keeps the count of a wrong attempt. Tells the app about a lock. */
async function keepAttempt<User>(
  { context, userId, factor }: FactorAction<User>,
  counted: Attempt,
): Promise<void> {
  const limit = await counted.failed()
  if (limit !== undefined) context.emit('user.locked', { userId, limit, factor: factor.name })
}

/** Whether the strategy may have compared something, so that the attempt counts. */
interface Progress {
  compared: boolean
}

/** Runs the second step, or the only one. Holds the code while it is checked. */
async function attempt<User>(action: FactorAction<User>, progress: Progress): Promise<Outcome> {
  const { context, factor, req, userId } = action
  const code = readFactorCode(factor, req)
  const trustedFrom = await checkFactor(action)
  await useStep(action)
  const held =
    code === undefined
      ? undefined
      : await context.factorAttempts.holdCode(factor.name, userId, code.value)
  // The same response as for a wrong code: nobody learns that the code was right.
  if (code !== undefined && held === undefined) throw new Failure('code-wrong')
  let isAccepted = false
  try {
    const outcome = await verify(
      action,
      trustedFrom,
      code && { [code.field]: code.value },
      progress,
    )
    isAccepted = 'user' in outcome
    return outcome
  } finally {
    if (!isAccepted) await held?.release().catch(() => undefined)
  }
}

/**
 * Counts the attempt, then runs the strategy, and prepares the login if the strategy accepts the
 * user. The order matters, because parallel requests share a session.
 */
async function verify<User>(
  action: FactorAction<User>,
  trustedFrom: number,
  codes: Readonly<Record<string, string>> | undefined,
  progress: Progress,
): Promise<Success | (() => void)> {
  const { context, factor, strategy, req, options, loginState, user, userId, sessionId } = action
  const counted = await context.factorAttempts.begin(factor, userId)
  const result = await runStrategy(strategy, createHostedRequest(req, user, codes), options)
  const wrong = new Failure(codes === undefined ? 'factor-wrong' : 'code-wrong')
  if (result.kind !== 'success' || !isSameLogin(action) || !loginState.isUser(result.user)) {
    progress.compared = true
    await keepAttempt(action, counted)
    if (result.kind === 'responded') return () => undefined
    if (result.kind === 'fail' || (result.kind === 'success' && isSameLogin(action))) throw wrong
    throw factorFailed(factor.name, result)
  }
  if (!(await context.sessionLogins.take(sessionId))) {
    // Another right code has logged in, or the user has logged out.
    await counted.cancel()
    throw wrong
  }
  // The strategy may have changed the user after its success.
  if (!isSameLogin(action)) throw factorFailed(factor.name, result)
  carryVerification(req, loginState, createVerification(action, trustedFrom), counted.succeeded())
  context.emit('factor.accepted', { userId, purpose: action.purpose, factor: factor.name })
  return { user, info: { amr: factor.amr } }
}

function createVerification<User>(
  { context, factor, userId }: FactorAction<User>,
  trustedFrom: number,
): Verification {
  return {
    userId,
    method: factor.name,
    amr: factor.amr,
    verifiedAt: context.settings.clock.now(),
    ...(factor.phishingResistant ? { phishingResistantFrom: trustedFrom } : {}),
  }
}

/** The code in the body: letters and digits, as R-16 says. `undefined` for a factor without one. */
function readFactorCode<User>(
  { codeField }: RegisteredFactor<User>,
  { body }: Request,
): { readonly field: string; readonly value: string } | undefined {
  if (codeField === undefined) return undefined
  const value = readCodeText(body, codeField)
  if (value === undefined || !/^[0-9A-Za-z]+$/.test(value)) throw new Failure('code-malformed')
  return { field: codeField, value }
}

/**
 * Refuses a user without the factor: passport-totp, for example, would compare the code with one of
 * an empty key. Returns when the factor counts as phishing-resistant.
 */
async function checkFactor<User>({ factor, user, req }: FactorAction<User>): Promise<number> {
  const trustedFrom = await findFactor(factor, user, req)
  if (trustedFrom === undefined) throw new Failure('factor-missing')
  return trustedFrom
}

/** Uses up the first step, so that its challenge cannot be answered twice. */
async function useStep<User>({ context, factor, userId, sessionId }: FactorAction<User>) {
  if (factor.codeField !== undefined) return
  if (!(await context.factorAttempts.takeStep(factor, userId, sessionId)))
    throw new Failure('factor-expired')
}

/** Whether user and session are still those for which the strategy was asked. */
const isSameLogin = <User>({ loginState, user, userId, sessionId }: FactorAction<User>): boolean =>
  loginState.anyUser === user && loginState.userId === userId && loginState.sessionId === sessionId

const mistakes: Readonly<Record<StrategyResult['kind'], string>> = {
  success: 'It changed the login or the user, or called success() for the action begin.',
  fail: 'It failed.',
  error: 'It threw an error, or called error().',
  pass: 'It called pass(), or it is a function that returned neither true nor false.',
  redirect: 'It called redirect(). Only success() and fail() decide.',
  responded: 'It responded.',
}

const factorFailed = (name: string, result: StrategyResult): VoiceOtpError =>
  result.kind === 'error' && result.error instanceof VoiceOtpError
    ? result.error
    : new VoiceOtpError(
        'factor-failed',
        `'${name}': ${mistakes[result.kind]}`,
        result.kind === 'error' ? result.error : undefined,
      )
