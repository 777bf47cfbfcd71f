import { setTimeout as wait } from 'node:timers/promises'
import { Router, type Request, type RequestHandler } from 'express'
import type { Logger } from 'pino'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { authenticate, type Passport } from '../auth/authenticate.js'
import { currencies, paymentText, type Payment } from '../auth/payment-text.js'
import type { Failure } from '../middleware/errors.js'
import { field, fieldText } from '../middleware/fields.js'
import { check, formPage } from '../middleware/form-page.js'
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

  const page = formPage('pay', (req, failure) => dataOf(voiceOtp, req, failure))
  router.get('/pay', page.show)

  router.post('/pay', async (req, res) => {
    const payment = readPayment(req)
    // What is entered now replaces what an earlier call asked for.
    if (req.voiceOtp?.purpose === 'approve') await voiceOtp.cancel(req)
    req.session.payment = payment
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

  router.use('/pay', page.onFailure)
  return router
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
  req.session.paid = { text: inEnglish(payment), sentByBrowser: sentByBrowser(req) }
  delete req.session.payment
  await redirectAfterSave('/pay', req, res)
}

const inEnglish = (payment: Payment): string => paymentText(payment)['en-US']

/** For the demo's attack button: what the form of a manipulated browser said. */
function sentByBrowser(req: Request): string | undefined {
  try {
    return inEnglish(readPayment(req))
  } catch {
    return undefined
  }
}

const readFields = (req: Request): PaymentFields => ({
  amount: fieldText('amount', req),
  currency: fieldText('currency', req),
  payee: fieldText('payee', req).normalize('NFC'),
})

/**
 * A payee has Latin letters, digits and a few signs: the call says the name inside a sentence, so a
 * name with a sentence of its own could confuse the user. A voice may skip letters of other scripts
 * and phonetic letters, and then nobody would hear who gets the money.
 */
function readPayment(req: Request): Payment {
  const { amount, currency, payee } = readFields(req)
  const isAmount = /^[1-9]\d{0,8}$/.test(amount)
  check(isAmount, 'Enter a whole amount, for example 12050 for 120.50.')
  check((currencies as readonly string[]).includes(currency), 'Choose a currency.')
  const isPayee = /^(?=.*[A-Za-z])[A-Za-zÀ-ÖØ-öø-ɏ\d &'’-]{1,40}$/.test(payee)
  check(isPayee, 'Enter who gets the money: at most 40 Latin letters and digits.')
  return { amount: Number(amount), currency, payee }
}

async function dataOf(voiceOtp: VoiceOtpStrategy<User>, req: Request, failure?: Failure) {
  const { payment, paid } = req.session
  const challenge = req.voiceOtp?.purpose === 'approve' ? req.voiceOtp : undefined
  const [status, phones] = await Promise.all([
    failure?.code === 'limiter-unavailable' ? undefined : getStatus(voiceOtp, req),
    // an invalid number is reported when a call is requested
    voiceOtp.listPhones(req).catch(() => []),
  ])
  const isOver = challenge !== undefined && (status ?? challenge).expiresIn === 0
  const typed = failure?.code === 'form-malformed' ? readFields(req) : {}
  return {
    challenge: isOver ? undefined : challenge,
    isOver,
    status,
    user: currentUser(req),
    phones,
    // A hosted channel cannot say what is approved.
    channels: voiceOtp.channels.filter(channel => channel === 'call' || channel === 'sms'),
    currencies,
    fields: { amount: '', currency: 'EUR', payee: '', ...payment, ...typed },
    paymentText: payment && inEnglish(payment),
    paid,
    failure: failure && refreshIfOvertaken(failure, req),
  }
}

/** The state of the call, if SignalWire reports it at once: the page does not wait long for it. */
const getStatus = (voiceOtp: VoiceOtpStrategy<User>, req: Request) =>
  Promise.race([voiceOtp.getStatus(req), wait(1500, undefined, { ref: false })]).catch(
    () => undefined,
  )

/**
 * A double click sends a form twice, and the browser shows the response to the second request. It
 * failed because the first one has placed the call or used the code. The page refreshes to show the
 * result of the first request: the user must not miss that the phone is ringing, or pay again.
 */
function refreshIfOvertaken(failure: Failure, { res, voiceOtp }: Request): Failure {
  const isActive = (voiceOtp?.expiresIn ?? 0) > 0
  const { code, retryAfter = Infinity } = failure
  if (code === 'too-many-calls' && !isActive && retryAfter <= 60) res?.set('Refresh', '2; url=/pay')
  if (code !== 'code-expired' || !isActive) return failure
  res?.set('Refresh', '1; url=/pay')
  const message = 'One moment. This code was sent twice, or a newer code has replaced it.'
  return { ...failure, message }
}
