import { setTimeout as wait } from 'node:timers/promises'
import { Router, type Request, type RequestHandler, type Response } from 'express'
import type { Logger } from 'pino'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { authenticate, type Passport } from '../auth/authenticate.js'
import { currencies, paymentText, type Payment } from '../auth/payment-text.js'
import { showFailure, type Failure } from '../middleware/errors.js'
import { field, fieldText } from '../middleware/fields.js'
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
  router.use('/pay', requireBothFactors)

  router.get('/pay', (req, res) => renderPay(voiceOtp, req, res))

  router.post('/pay', async (req, res) => {
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
    await redirectAfterSave('/pay', req, res)
  })

  // A failed form leaves the browser at these addresses. A reload there must show the page.
  router.get(['/pay/call', '/pay/confirm'], (_req, res) => res.redirect(303, '/pay'))

  const purpose = { purpose: 'approve', kind: 'payment' } as const
  router.post(
    '/pay/call',
    (req, res, next) => (req.session.payment ? next() : res.redirect(303, '/pay')),
    authenticate(passport, {
      ...purpose,
      action: 'call',
      channel: field('channel'),
      phone: field('phone'),
      approve: req => {
        const payment = (req as Request).session.payment as Payment
        return { details: { ...payment }, text: paymentText(payment) }
      },
    }),
    (req, res) => redirectAfterSave('/pay', req, res),
  )

  router.post('/pay/confirm', authenticate(passport, purpose), execute)

  const onFailure = showFailure((failure, req, res) =>
    renderPay(voiceOtp, req, res, { failure: refreshIfOvertaken(failure, req, res) }),
  )
  router.use('/pay', onFailure)
  return router
}

/**
 * A double click sends a form twice, and the browser shows the response to the second request. It
 * failed because the first one has placed the call or used the code. The page refreshes to show the
 * result of the first request: the user must not miss that the phone is ringing, or pay again.
 */
function refreshIfOvertaken(failure: Failure, req: Request, res: Response): Failure {
  const isActive = (req.voiceOtp?.expiresIn ?? 0) > 0
  const { code, retryAfter = Infinity } = failure
  if (code === 'too-many-calls' && !isActive && retryAfter <= 60) res.set('Refresh', '2; url=/pay')
  if (code !== 'code-expired' || !isActive) return failure
  res.set('Refresh', '1; url=/pay')
  return {
    ...failure,
    message: 'One moment. This code was sent twice, or a newer code has replaced it.',
  }
}

/**
 * Executes the approved payment. The approval is used up: if this handler fails, the user approves
 * again. Your own app would pass `req.approval.details` to its bank here.
 */
const execute: RequestHandler = async (req, res) => {
  const payment = req.approval?.details as unknown as Payment
  const logger = req.app.locals['logger'] as Logger
  const { amount, currency } = payment
  logger.info({ event: 'payment.executed', userId: currentUser(req)?.id, amount, currency })
  // For the demo's attack button: what the form of a manipulated browser said.
  const sent = readFields(req)
  const isLie = findProblem(sent) === undefined
  req.session.paid = {
    text: inEnglish(payment),
    sentByBrowser: isLie ? inEnglish({ ...sent, amount: Number(sent.amount) }) : undefined,
  }
  delete req.session.payment
  await redirectAfterSave('/pay', req, res)
}

const inEnglish = (payment: Payment): string => paymentText(payment)['en-US']

const readFields = (req: Request): PaymentFields => ({
  amount: fieldText('amount', req),
  currency: fieldText('currency', req),
  payee: fieldText('payee', req).normalize('NFC'),
})

/**
 * A payee of Latin letters, digits and a few signs: the call says the name inside a sentence, so a
 * name with a sentence of its own could confuse the user. A voice may skip letters of other scripts
 * and phonetic letters, and then nobody would hear who gets the money.
 */
function findProblem({ amount, currency, payee }: PaymentFields): string | undefined {
  if (!/^[1-9]\d{0,8}$/.test(amount)) return 'Enter a whole amount, for example 12050 for 120.50.'
  if (!(currencies as readonly string[]).includes(currency)) return 'Choose a currency.'
  return /^(?=.*[A-Za-z])[A-Za-zÀ-ÖØ-öø-ɏ\d &'’-]{1,40}$/.test(payee)
    ? undefined
    : 'Enter who gets the money: at most 40 Latin letters and digits.'
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
  const challenge = req.voiceOtp?.purpose === 'approve' ? req.voiceOtp : undefined
  const [status, phones] = await Promise.all([
    failure?.code === 'limiter-unavailable' ? undefined : getStatus(voiceOtp, req),
    // an invalid number is reported when a call is requested
    voiceOtp.listPhones(req).catch(() => []),
  ])
  const isOver = challenge !== undefined && (status ?? challenge).expiresIn === 0
  res.status(problem === undefined ? (failure?.status ?? 200) : 400).render('pay', {
    challenge: isOver ? undefined : challenge,
    isOver,
    status,
    user: currentUser(req),
    phones,
    // A hosted channel cannot say what is approved.
    channels: voiceOtp.channels.filter(channel => channel === 'call' || channel === 'sms'),
    currencies,
    fields: fields ?? { amount: '', currency: 'EUR', payee: '', ...payment },
    paymentText: payment && inEnglish(payment),
    paid,
    problem,
    failure,
  })
}

/** The state of the call, if SignalWire reports it at once: the page does not wait long for it. */
const getStatus = (voiceOtp: VoiceOtpStrategy<User>, req: Request) =>
  Promise.race([voiceOtp.getStatus(req), wait(1500, undefined, { ref: false })]).catch(
    () => undefined,
  )
