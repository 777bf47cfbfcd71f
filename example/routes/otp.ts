import { Router, type Request, type RequestHandler, type Response } from 'express'
import type { Channel, PendingChallenge, VoiceOtpStrategy } from 'passport-voice-otp'
import {
  authenticate,
  field,
  onPage,
  refreshIfOvertaken,
  type Failure,
  type Passport,
} from '../auth/authenticate.js'
import { currentChallenge } from '../auth/current-challenge.js'
import { rememberIfRequested } from '../auth/remembered-browsers.js'
import { requireCodeNeeded } from '../middleware/guards.js'
import { knownUser, pendingUser, type User } from '../stores/users.js'
import { masked } from '../views/words.js'
import { redirectAfterSave, takeReturnTo } from './return-to.js'

const requestedChannel = field('channel')

/**
 * The call and its code. Opening the page places no call: a prefetch, a link or a reload must not
 * make a phone ring.
 */
export function otpRoutes(passport: Passport, voiceOtp: VoiceOtpStrategy<User>): Router {
  const router = Router()
  const onFailure = onPage((failure, req, res) =>
    renderOtp(voiceOtp, req, res, refreshIfOvertaken(failure, '/otp', req, res)),
  )

  router.get('/otp', requireCodeNeeded, (req, res) => renderOtp(voiceOtp, req, res))

  // A failed form leaves the browser at this address. A reload there must show the page.
  router.get('/otp/call', (_req, res) => {
    res.redirect(303, '/otp')
  })

  router.get('/otp/status', voiceOtp.status())

  router.post(
    '/otp/call',
    authenticate(
      passport,
      { action: 'call', channel: requestedChannel, phone: field('phone') },
      onFailure,
    ),
    (req, res, next) => redirectAfterSave('/otp', req, res, next),
  )

  router.post(
    '/otp',
    requireCodeNeeded,
    authenticate(passport, {}, onFailure, takeReturnTo),
    finishLogin(voiceOtp),
  )

  return router
}

function finishLogin(voiceOtp: VoiceOtpStrategy<User>): RequestHandler {
  return async (req, res, next) => {
    if ((await rememberIfRequested(voiceOtp, req)) === false)
      req.session.notice = 'You are logged in, but this browser could not be remembered.'
    redirectAfterSave(takeReturnTo(req), req, res, next)
  }
}

async function renderOtp(
  voiceOtp: VoiceOtpStrategy<User>,
  req: Request,
  res: Response,
  failure?: Failure,
): Promise<void> {
  const [current, phones] = await Promise.all([
    currentChallenge(voiceOtp, req, 'log in', failure?.code === 'limiter-unavailable'),
    // an invalid number is reported when a call is requested
    voiceOtp.listPhones(req).catch(() => []),
  ])
  const user = knownUser(req)
  res.status(failure?.status ?? 200).render('otp', {
    ...current,
    phones,
    channels: channelsInOrder(
      voiceOtp.channels,
      current.challenge,
      isUndelivered(failure) ? requestedChannel(req) : undefined,
    ),
    ownPhone: user?.phone,
    demoPhone: ringingPhone(user, current.challenge?.phone),
    isStepUp: !pendingUser(req),
    failure,
  })
}

const isUndelivered = (failure: Failure | undefined): boolean =>
  failure?.code === 'phone-refused' || failure?.code === 'signalwire-unavailable'

/**
 * The order in which the page offers the channels: the current one first, or the one after a
 * channel that just failed.
 */
function channelsInOrder(
  channels: readonly Channel[],
  challenge: PendingChallenge | undefined,
  failedChannel: unknown,
): readonly Channel[] {
  const first = challenge
    ? channels.indexOf(challenge.channel)
    : (channels.indexOf(failedChannel as Channel) + 1) % channels.length
  return [...channels.slice(first), ...channels.slice(0, first)]
}

/**
 * The simulated phone to show; `undefined` shows all phones, because the masked number matches
 * several.
 */
function ringingPhone(user: User | undefined, mask: string | undefined): string | undefined {
  const phones = [user?.phone, ...(user?.otherPhones ?? []).map(({ number }) => number)].filter(
    phone => typeof phone === 'string',
  )
  const matching =
    mask === undefined ? phones.slice(0, 1) : phones.filter(phone => masked(phone) === mask)
  return matching.length === 1 ? matching[0] : undefined
}
