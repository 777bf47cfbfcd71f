import type { ServerResponse } from 'node:http'
import type { Request } from 'express'
import type { CallStatus, VoiceOtpStrategy } from 'passport-voice-otp'
import type { User } from './users.js'

/** What `GET /otp/status` answers, for a page drawn without JavaScript; `undefined` when it is not to be had. */
export function callStatus(voiceOtp: VoiceOtpStrategy<User>, req: Request): Promise<CallStatus | undefined> {
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
