import { Router, type Request, type Response } from 'express'
import type { PendingChallenge, VoiceOtpStrategy, Channel } from 'passport-voice-otp'
import { rememberIfWished } from './browsers.js'
import { codeNeeded } from './guards.js'
import { goTo, takeReturnTo } from './return-to.js'
import {
  field,
  goOnIfOvertaken,
  onPage,
  secondFactor,
  type Passport,
  type Failure,
} from './second-factor.js'
import { pendingUser, person, type User } from './users.js'
import { waitingCode } from './waiting-code.js'
import { masked } from './words.js'

const wantedChannel = field('channel')

/** The call and its code. Opening the page places no call: a prefetch, a link or a reload must not make a telephone ring. */
export function otpPages(passport: Passport, voiceOtp: VoiceOtpStrategy<User>): Router {
  const router = Router()
  const refused = onPage((failure, req, res) =>
    showOtp(req, res, goOnIfOvertaken(failure, '/otp', req, res)),
  )

  router.get('/otp', codeNeeded, (req, res) => showOtp(req, res))

  // Where a refused form leaves the browser; whoever reloads it there asks for the page and not for a call.
  router.get('/otp/call', (_req, res) => {
    res.redirect(303, '/otp')
  })

  router.get('/otp/status', voiceOtp.status())

  router.post(
    '/otp/call',
    secondFactor(
      passport,
      { action: 'call', channel: wantedChannel, phone: field('phone') },
      refused,
    ),
    (req, res, next) => {
      goTo('/otp', req, res, next)
    },
  )

  router.post(
    '/otp',
    codeNeeded,
    secondFactor(passport, {}, refused, takeReturnTo),
    async (req, res, next) => {
      if ((await rememberIfWished(voiceOtp, req)) === false)
        req.session.notice = 'You are in, but this browser could not be remembered.'
      goTo(takeReturnTo(req), req, res, next)
    },
  )

  return router

  async function showOtp(req: Request, res: Response, failure?: Failure): Promise<void> {
    const [code, phones] = await Promise.all([
      waitingCode(voiceOtp, req, 'log in', failure?.code === 'limiter-unavailable'),
      voiceOtp.listPhones(req).catch(() => []), // one that is not valid is refused when it is called
    ])
    res.status(failure?.status ?? 200).render('otp', {
      ...code,
      phones,
      channels: offered(
        voiceOtp.channels,
        code.challenge,
        isUndelivered(failure) ? wantedChannel(req) : undefined,
      ),
      ownPhone: person(req)?.phone,
      telephone: ringing(person(req), code.challenge?.phone),
      isStepUp: !pendingUser(req),
      failure,
    })
  }
}

const isUndelivered = (failure: Failure | undefined): boolean =>
  failure?.code === 'phone-refused' || failure?.code === 'signalwire-unavailable'

/** The ways in the order in which they are offered: the one in use first, or the next after one that just failed. */
function offered(
  channels: readonly Channel[],
  challenge: PendingChallenge | undefined,
  failed: unknown,
): readonly Channel[] {
  const first = challenge
    ? channels.indexOf(challenge.channel)
    : (channels.indexOf(failed as Channel) + 1) % channels.length
  return [...channels.slice(first), ...channels.slice(0, first)]
}

/** Which telephone of the demo to show; `undefined`, all of them, where the mask fits two. */
function ringing(user: User | undefined, mask: string | undefined): string | undefined {
  const phones = [user?.phone, ...(user?.otherPhones ?? []).map(({ number }) => number)].filter(
    phone => typeof phone === 'string',
  )
  const fitting =
    mask === undefined ? phones.slice(0, 1) : phones.filter(phone => masked(phone) === mask)
  return fitting.length === 1 ? fitting[0] : undefined
}
