import { fill, masked } from '../words.js'
import { authenticate } from './authenticate.js'
import { challengeData, isOnItsWay, refreshIfOvertaken } from './code-page.js'
import type { ShowPage, Visit } from './context.js'
import { currentChallenge } from './current-challenge.js'
import { setUpLinks } from './factor-links.js'
import { addMessage, field, fieldText, redirect, redirectAfterSave } from './request.js'
import { showPage } from './show.js'
import { type Situation, stateOf } from './state.js'

// Enrolls or changes the number: the strategy calls the new number, and the app stores it after the
// right code.

export async function getPhone(visit: Visit): Promise<void> {
  if (await mayEnroll(visit)) await showPhone(visit)
}

export async function postPhone(visit: Visit): Promise<void> {
  if (!(await mayEnroll(visit))) return
  const { phone } = visit.pages.options.paths
  const { failure } = await authenticate(visit, {
    action: 'call',
    purpose: 'enroll',
    phone: req => field(req, 'phone'),
  })
  if (failure === undefined) await redirectAfterSave(visit.req, visit.res, phone)
  else await showPhone(visit, refreshIfOvertaken(visit, failure, phone))
}

export async function postVerifyPhone(visit: Visit): Promise<void> {
  if (!(await mayEnroll(visit))) return
  const { pages, req, res, texts } = visit
  const { home } = pages.options.paths
  // A second click on the same button: the first one has stored the number.
  if (req.user && req.voiceOtp?.purpose !== 'enroll') {
    redirect(res, home)
    return
  }
  const { failure } = await authenticate(visit, { purpose: 'enroll' }, ({ phone = '' }) => {
    addMessage(req, fill(texts.phone.changed, { phone: masked(phone) }))
  })
  if (failure === undefined) redirect(res, home)
  else await showPhone(visit, refreshIfOvertaken(visit, failure, home))
}

/**
 * Whether this user may enroll a number. The first factor is enough for a first number. To change a
 * number, the user needs a fresh code: otherwise a person who finds an unattended browser could
 * redirect the calls to another phone. Redirects everybody else.
 */
async function mayEnroll({ pages, req, res }: Visit): Promise<boolean> {
  const { paths } = pages.options
  if (req.pendingUser) {
    if ((await pages.access.phones(req as never)) === null) return true
    redirect(res, paths.code)
    return false
  }
  await requireFreshCode({ pages, req, res }, paths.phone)
  return true
}

/**
 * Resolves if the last code is not older than five minutes. Otherwise it redirects to a new code
 * and never resolves; it rejects if the session store fails. A POST goes back to the page of its
 * form first, and from there to the code: the strategy remembers only the address of a GET for the
 * time after the code.
 */
export function requireFreshCode(
  { pages, req, res }: Pick<Visit, 'pages' | 'req' | 'res'>,
  page: string,
): Promise<void> {
  const redirectTo = req.method === 'POST' ? page : pages.options.paths.code
  const guard = pages.strategy.requireSecondFactor({ maxAge: 300, redirectTo })
  return new Promise((resolve, reject) => {
    guard(req as never, res, error => {
      if (error) reject(error)
      else resolve()
    })
  })
}

/** Shows the page of the number, after a failure with what went wrong. */
const showPhone: ShowPage = async (visit, failure) => {
  const { pages, req, texts } = visit
  const [current, phones] = await Promise.all([
    currentChallenge(visit, 'enroll', failure?.code === 'limiter-unavailable'),
    pages.access.phones(req as never).catch(() => []),
  ])
  const situation: Situation = { ...current, failure }
  const state = stateOf(texts, situation)
  const ownPhone = phones?.[0]?.phone
  showPage(visit, {
    view: 'phone',
    heading:
      (current.challenge && state.heading) ??
      (ownPhone === undefined ? texts.headings.addPhone : texts.headings.changePhone),
    failure,
    isCalm: isOnItsWay(situation),
    state,
    data: {
      ...challengeData(visit, situation),
      ownPhone,
      factors: setUpLinks(visit),
      enteredPhone: fieldText(req, 'phone'),
      wait: current.status?.nextCallIn ?? current.challenge?.nextCallIn ?? 0,
      isWrongPhone: ['phone-malformed', 'destination-blocked', 'phone-refused'].includes(
        failure?.code ?? '',
      ),
    },
  })
}
