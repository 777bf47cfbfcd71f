import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import {
  type FailureCode,
  failures,
  type SignalWireOptions,
  VoiceOtpStrategy,
} from 'passport-voice-otp'

interface Person {
  readonly id: string
  readonly phone: string
}

interface Settings {
  readonly secret: string
  readonly signalwire: SignalWireOptions
  readonly webhookUrl: string
}

export function createApp({ secret, signalwire, webhookUrl }: Settings): RequestListener {
  const voiceOtp = new VoiceOtpStrategy<Person>(
    { appName: 'Acme', webhookUrl, secret, signalwire, limits: { callsPerUserHour: 3 } },
    person => person.phone,
  )
  voiceOtp.events.on('code.rejected', ({ code }) => {
    console.log(failures[code satisfies FailureCode])
  })
  const webhooks = voiceOtp.webhooks()
  // What Express does when something is mounted at a path.
  return (req, res) => {
    webhooks(Object.assign(req, { baseUrl: '/voice-otp', originalUrl: req.url }), res, error => {
      res.writeHead(500).end(String(error))
    })
  }
}

/** There is nothing to log in to here: a webhook that SignalWire did not sign is refused. */
export async function check(origin: string): Promise<void> {
  const { status } = await fetch(`${origin}/voice-otp/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'To=x',
  })
  assert.equal(status, 403)
}
