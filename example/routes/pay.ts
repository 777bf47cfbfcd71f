import { Router, type Request, type RequestHandler } from 'express'
import type { Logger } from 'pino'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { authenticate, type Passport } from '../auth/authenticate.js'
import { currencies, paymentText, type Payment } from '../auth/payment-text.js'
import type { Failure } from '../middleware/errors.js'
import { field, fieldText } from '../middleware/fields.js'
import { check, formPage } from '../middleware/form-page.js'
import { requireBothFactors } from '../middleware/guards.js'
import { type User, userOf } from '../stores/users.js'
import { redirectAfterSave } from './return-to.js'

declare module 'express-session' {
  interface SessionData {
    /** The payment that the user entered. The next call asks to approve it. */
    payment?: Payment
    /** The last payment that was executed, for the page that shows the result. */
    paid?: { readonly text: string; readonly sentByBrowser: string | undefined }
  }
}

const approval = { purpose: 'approve', kind: 'payment' } as const

/**
 * Approval of one payment: a call says amount and payee, and its code approves this payment only.
 * The server executes what it sealed at the call, never what a form says later.
 */
export function payRoutes(passport: Passport, voiceOtp: VoiceOtpStrategy<User>): Router {
  const page = formPage('pay', (req, failure) => dataOf(voiceOtp, req, failure))
  const call = authenticate(passport, {
    ...approval,
    action: 'call',
    channel: field('channel'),
    phone: field('phone'),
    approve: req => {
      const payment = (req as Request).session.payment as Payment
      return { details: { ...payment }, text: paymentText(payment) }
    },
  })
  return Router()
    .use('/pay', requireBothFactors(voiceOtp))
    .get('/pay', page.show)
    .post('/pay', async (req, res) => {
      const payment = readPayment(req)
      // What is entered now replaces what an earlier call asked for.
      if (req.voiceOtp?.purpose === 'approve') await voiceOtp.cancel(req)
      req.session.payment = payment
      delete req.session.paid
      await redirectAfterSave('/pay', req, res)
    })
    .post('/pay/call', requirePayment, call)
    .post('/pay/confirm', authenticate(passport, approval), execute)
    .all(['/pay/call', '/pay/confirm'], redirectToPage)
    .use('/pay', page.onFailure)
}

/** Skips the call if no payment was entered. */
const requirePayment: RequestHandler = (req, _res, next) =>
  next(req.session.payment ? undefined : 'route')

/**
 * After the call. A failed form also leaves the browser at its own address, and a reload there must
 * show the page.
 */
const redirectToPage: RequestHandler = (req, res) => redirectAfterSave('/pay', req, res)

/**
 * Executes the approved payment. The approval is used up: if this handler fails, the user approves
 * again. Your own app would pass `req.approval.details` to its bank here.
 */
const execute: RequestHandler = async (req, res) => {
  const payment = req.approval?.details as unknown as Payment
  const { amount, currency } = payment
  const logger = req.app.locals['logger'] as Logger
  logger.info({ event: 'payment.executed', userId: userOf(req).id, amount, currency })
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

/** What the user typed. */
const readFields = (req: Request) => ({
  amount: fieldText('amount', req),
  currency: fieldText('currency', req),
  payee: fieldText('payee', req).normalize('NFC'),
})

/**
 * A payee has Latin letters, digits and a few signs: the call says the name inside a sentence, so a
 * name with a sentence of its own could confuse the user. A voice may skip letters of other scripts
 * and phonetic letters, and then nobody would hear who gets the money.
 */
const isPayee = /^(?=.*[A-Za-z])[A-Za-zÀ-ÖØ-öø-ɏ\d &'’-]{1,40}$/

function readPayment(req: Request): Payment {
  const { amount, currency, payee } = readFields(req)
  const isAmount = /^[1-9]\d{0,8}$/.test(amount)
  check(isAmount, 'Enter a whole amount, for example 12050 for 120.50.')
  check(currencies.includes(currency), 'Choose a currency.')
  check(isPayee.test(payee), 'Enter who gets the money: at most 40 Latin letters and digits.')
  return { amount: Number(amount), currency, payee }
}

async function dataOf(voiceOtp: VoiceOtpStrategy<User>, req: Request, failure?: Failure) {
  const { payment, paid } = req.session
  const challenge = req.voiceOtp?.purpose === 'approve' ? req.voiceOtp : undefined
  // Without the state of the call, the page is shown all the same.
  const status = await voiceOtp.getStatus(req).catch(() => undefined)
  const isOver = challenge !== undefined && (status ?? challenge).expiresIn === 0
  const typed = failure?.code === 'form-malformed' ? readFields(req) : {}
  if (failure && isOvertaken(failure, req)) req.res?.set('Refresh', '2; url=/pay')
  return {
    challenge: isOver ? undefined : challenge,
    isOver,
    status,
    user: userOf(req),
    phones: await voiceOtp.listPhones(req),
    // A hosted channel cannot say what is approved.
    channels: voiceOtp.channels.filter(channel => channel === 'call' || channel === 'sms'),
    currencies,
    fields: { amount: '', currency: 'EUR', payee: '', ...payment, ...typed },
    paymentText: payment && inEnglish(payment),
    paid,
    failure,
  }
}

/**
 * Whether another request was faster. A double click sends a form twice, and the browser shows the
 * response to the second request. It failed because the first one has placed the call or used the
 * code. The page refreshes to show the result of the first request: the user must not miss that the
 * phone is ringing, or pay again.
 */
function isOvertaken({ code, retryAfter = Infinity }: Failure, { voiceOtp }: Request): boolean {
  const isActive = (voiceOtp?.expiresIn ?? 0) > 0
  if (code === 'code-expired') return isActive
  return code === 'too-many-calls' && !isActive && retryAfter <= 60
}
