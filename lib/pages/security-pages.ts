import { joinSentences } from '../words.js'
import { authenticate } from './authenticate.js'
import { redirectIfNotNeeded } from './code-page.js'
import type { Visit } from './context.js'
import { requireFreshCode } from './phone-page.js'
import type { PageFailure } from './failure.js'
import { addMessage, fieldText, redirect, redirectAfterSave, takeReturnTo } from './request.js'
import { showPage } from './show.js'

// What logs in without a call: recovery codes for the day that the phone is lost, and remembered
// browsers.

export async function getRecover(visit: Visit): Promise<void> {
  if (!(await redirectIfNotNeeded(visit))) showRecover(visit)
}

export async function postRecover(visit: Visit): Promise<void> {
  if (await redirectIfNotNeeded(visit)) return
  const { pages, req, res, texts } = visit
  const { home } = pages.options.paths
  const { recovery } = texts
  const { failure } = await authenticate(
    visit,
    { action: 'recover' },
    ({ recoveryCodesLeft = 0 }) => {
      takeReturnTo(req, home)
      addMessage(req, joinSentences(recovery.left(recoveryCodesLeft), recovery.changeNumber))
    },
  )
  if (failure === undefined) redirect(res, takeReturnTo(req, home))
  else showRecover(visit, failure)
}

function showRecover(visit: Visit, failure?: PageFailure): void {
  const { recover: heading } = visit.texts.headings
  showPage(visit, { view: 'recover', heading, failure, data: {} })
}

/** Remembered browsers, and how many recovery codes are left. */
export async function getSecurity(visit: Visit): Promise<void> {
  const { pages, req, texts } = visit
  if (!(await requireUser(visit))) return
  const { access } = pages
  const [browsers, left] = await Promise.all([
    access.rememberDays === undefined ? [] : listBrowsers(visit),
    access.recoveryCodesLeft(req as never),
  ])
  showPage(visit, {
    view: 'security',
    heading: texts.headings.security,
    data: { browsers, left, rememberDays: access.rememberDays, hasRecovery: access.hasRecovery },
  })
}

export async function postBrowsers(visit: Visit): Promise<void> {
  const { pages, req, res, texts } = visit
  if (!(await requireUser(visit))) return
  const { remembered } = pages.strategy
  const userId = pages.access.userId(req as never)
  const id = fieldText(req, 'id')
  if (id === 'all') await remembered.revokeAll(userId)
  else await remembered.revoke(userId, id)
  addMessage(req, id === 'all' ? texts.browsers.allForgotten : texts.browsers.forgotten)
  await redirectAfterSave(req, res, pages.options.paths.security)
}

/** Needs a fresh code: a person who finds an unattended browser must not get recovery codes. */
export async function getCodes(visit: Visit): Promise<void> {
  await requireFreshCode(visit, visit.pages.options.paths.codes)
  showCodes(visit, [])
}

export async function postCodes(visit: Visit): Promise<void> {
  const { pages, req } = visit
  await requireFreshCode(visit, pages.options.paths.codes)
  showCodes(visit, await pages.strategy.createRecoveryCodes(req as never))
}

function showCodes(visit: Visit, codes: readonly string[]): void {
  const { newRecoveryCodes, recoveryCodes } = visit.texts.headings
  const heading = codes.length > 0 ? newRecoveryCodes : recoveryCodes
  showPage(visit, { view: 'codes', heading, data: { codes, today: new Date() } })
}

/** Whether the user has passed both factors. Redirects a pending user to the code. */
async function requireUser({ pages, req, res }: Visit): Promise<boolean> {
  if (req.user) return true
  const { code, security } = pages.options.paths
  if (req.method === 'POST') redirect(res, code)
  else {
    req.session.returnTo = security
    await redirectAfterSave(req, res, code)
  }
  return false
}

/** The browsers of this user, the newest first. */
async function listBrowsers({ pages, req }: Visit): Promise<readonly object[]> {
  const { remembered } = pages.strategy
  const entries = await remembered.list(pages.access.userId(req as never))
  const current = remembered.current(req as never)
  return entries
    .map(entry => ({ ...entry, isThisOne: entry.id === current }))
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
}
