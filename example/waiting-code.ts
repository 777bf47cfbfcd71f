import type { ServerResponse } from 'node:http'
import type { Request } from 'express'
import type { CallStatus, VoiceOtpStrategy } from 'passport-voice-otp'
import type { User } from './users.js'

/**
 * The code that waits in this session, for the page of new numbers or for the other one; whether it is over; and how its call
 * is doing, unless a store has just `failed`: that is not asked again, for its time limit's sake.
 */
export async function waitingCode(voiceOtp: VoiceOtpStrategy<User>, req: Request, page: 'enrol' | 'log in', failed: boolean) {
  const status = failed ? undefined : await callStatus(voiceOtp, req)
  const waiting = (req.voiceOtp?.purpose === 'enrol') === (page === 'enrol') ? req.voiceOtp : undefined
  const isAlive = (status?.expiresIn ?? waiting?.expiresIn ?? 0) > 0
  return { challenge: isAlive ? waiting : undefined, isOver: !isAlive && waiting !== undefined, status }
}

/** What `GET /otp/status` answers. */
function callStatus(voiceOtp: VoiceOtpStrategy<User>, req: Request): Promise<CallStatus | undefined> {
  return new Promise(resolve => {
    // The state comes from SignalWire, and a page is not kept waiting for that.
    setTimeout(resolve, 1500, undefined).unref()
    let found = false
    const response = {
      setHeader: () => response,
      writeHead: (status: number) => {
        found = status === 200
        return response
      },
      end: (body: string) => resolve(found ? JSON.parse(body) as CallStatus : undefined),
    }
    voiceOtp.status()(req, response as unknown as ServerResponse, () => resolve(undefined))
  })
}
