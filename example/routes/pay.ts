import { Router, type Request, type RequestHandler, type Response } from 'express'
import type { Logger } from 'pino'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import {
  authenticate,
  field,
  onPage,
  refreshIfOvertaken,
  type Failure,
  type Passport,
} from '../auth/authenticate.js'
import { currentChallenge } from '../auth/current-challenge.js'
import { currencies, paymentText, type Payment } from '../auth/payment-text.js'
import { requireBothFactors } from '../middleware/guards.js'
import { currentUser, type User } from '../stores/users.js'
import { redirectAfterSave } from './return-to.js'

declare module 'express-session' {
  interface SessionData {
    /** The payment that the user entered. The next call asks to approve it. */
    payment?: Payment
    /** The last payment that was executed, for the page that shows the result. */
    paid?: { readonly text: string; readonly sentByBrowser: string | undefined }
  }
}

/** What the user typed. */
type PaymentFields = Readonly<Record<keyof Payment, string>>

/**
 * Approval of one payment: a call says amount and payee, and its code approves this payment only.
 * The server executes what it sealed at the call, never what a form says later.
 */
export function payRoutes(passport: Passport, voiceOtp: VoiceOtpStrategy<User>): Router {
  const router = Router()
  const onFailure = onPage((failure, req, res) =>
    renderPay(voiceOtp, req, res, { failure: refreshIfOvertaken(failure, '/pay', req, res) }),
  )

  router.use('/pay', requireBothFactors)

  router.get('/pay', (req, res) => renderPay(voiceOtp, req, res))

  router.post('/pay', async (req, res, next) => {
    const fields = readFields(req)
    const problem = findProblem(fields)
    if (problem !== undefined) {
      await renderPay(voiceOtp, req, res, { fields, problem })
      return
    }
    // What is entered now replaces what an earlier call asked for.
    if (req.voiceOtp?.purpose === 'approve') await voiceOtp.cancel(req)
    req.session.payment = { ...fields, amount: Number(fields.amount) }
    delete req.session.paid
    redirectAfterSave('/pay', req, res, next)
  })

  // A failed form leaves the browser at these addresses. A reload there must show the page.
  router.get(['/pay/call', '/pay/confirm'], (_req, res) => {
    res.redirect(303, '/pay')
  })

  router.post(
    '/pay/call',
    requirePayment,
    authenticate(
      passport,
      {
        action: 'call',
        purpose: 'approve',
        kind: 'payment',
        channel: field('channel'),
        phone: field('phone'),
        approve: req => {
          // `requirePayment` has checked that there is one.
          const payment = (req as Request).session.payment as Payment
          return { details: { ...payment }, text: paymentText(payment) }
        },
      },
      onFailure,
    ),
    (req, res, next) => redirectAfterSave('/pay', req, res, next),
  )

  router.post(
    '/pay/confirm',
    authenticate(passport, { purpose: 'approve', kind: 'payment' }, onFailure),
    execute,
  )

  return router
}

const requirePayment: RequestHandler = (req, res, next) => {
  if (req.session.payment === undefined) res.redirect(303, '/pay')
  else next()
}

/**
 * Executes the approved payment. The approval is used up: if this handler fails, the user approves
 * again. Your own app would pass `req.approval.details` to its bank here.
 */
const execute: RequestHandler = (req, res, next) => {
  const payment = req.approval?.details as unknown as Payment
  const logger = req.app.locals['logger'] as Logger
  const { amount, currency } = payment
  logger.info({ event: 'payment.executed', userId: currentUser(req)?.id, amount, currency })
  const sent = readFields(req)
  req.session.paid = {
    text: paymentText(payment)['en-US'],
    // For the demo's attack button: what the form of a manipulated browser said.
    sentByBrowser:
      findProblem(sent) === undefined
        ? paymentText({ ...sent, amount: Number(sent.amount) })['en-US']
        : undefined,
  }
  delete req.session.payment
  redirectAfterSave('/pay', req, res, next)
}

function readFields(req: Request): PaymentFields {
  const read = (name: keyof Payment): string => {
    const value = field(name)(req)
    return typeof value === 'string' ? value.trim() : ''
  }
  return { amount: read('amount'), currency: read('currency'), payee: read('payee') }
}

/**
 * A payee of letters, digits and a few signs: the call says the name inside a sentence, so a name
 * with a sentence of its own could confuse the user.
 */
function findProblem({ amount, currency, payee }: PaymentFields): string | undefined {
  if (!/^[1-9]\d{0,8}$/.test(amount)) return 'Enter a whole amount, for example 12050 for 120.50.'
  if (!(currencies as readonly string[]).includes(currency)) return 'Choose a currency.'
  return /^(?=.*\p{L})[\p{L}\p{M}\d &'’-]{1,40}$/u.test(payee)
    ? undefined
    : 'Enter who gets the money: at most 40 letters and digits.'
}

interface PageContent {
  readonly fields?: PaymentFields
  readonly problem?: string
  readonly failure?: Failure
}

async function renderPay(
  voiceOtp: VoiceOtpStrategy<User>,
  req: Request,
  res: Response,
  { fields, problem, failure }: PageContent = {},
): Promise<void> {
  const { payment, paid } = req.session
  const [current, phones] = await Promise.all([
    currentChallenge(voiceOtp, req, 'approve', failure?.code === 'limiter-unavailable'),
    // an invalid number is reported when a call is requested
    voiceOtp.listPhones(req).catch(() => []),
  ])
  res.status(problem === undefined ? (failure?.status ?? 200) : 400).render('pay', {
    ...current,
    user: currentUser(req),
    phones,
    // A hosted channel cannot say what is approved.
    channels: voiceOtp.channels.filter(channel => channel === 'call' || channel === 'sms'),
    currencies,
    fields: fields ?? { amount: '', currency: 'EUR', payee: '', ...payment },
    paymentText: payment && paymentText(payment)['en-US'],
    paid,
    problem,
    failure,
  })
}
