import { RestClient } from '@signalwire/compatibility-api'
import { expect, test } from 'vitest'
import { sign } from 'passport-voice-otp/simulator'
import { place, startApp, startSimulator } from './support.js'

test("sign() fits SignalWire's test vector for a form", () => {
  const fields = {
    To: '+18005551212',
    From: '+14158675309',
    Digits: '1234',
    Caller: '+14158675309',
    CallSid: 'CA1234567890ABCDE',
  }
  expect(sign('12345', 'https://mycompany.com/myapp.php?foo=1&bar=2', fields)).toBe(
    'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
  )
})

test("sign() fits SignalWire's test vector for a JSON body, whose hash is in the URL", () => {
  const url =
    'https://example.ngrok.io/webhook?bodySHA256=69f3cbfc18e386ef8236cb7008cd5a54b7fed637a8cb3373b5a1591d7f0fd5f4'
  expect(sign('PSKtest1234567890abcdef', url, '{"event":"call.state"}')).toBe(
    'dfO9ek8mxyFtn2nMz24plPmPfIY=',
  )
})

test.each(['POST', 'GET'])(
  "SignalWire's own client accepts the signature of a webhook by %s, and refuses every change",
  async method => {
    const [simulator, app] = [await startSimulator(), await startApp()]
    simulator.setPhone('+12025550123', 'answers')
    await place(simulator, `${app.url}/open?a=1&b=ü%20é`, { Method: method })
    await simulator.idle()

    const { signingKey } = simulator.signalwire
    const [{ req, fields } = { req: undefined, fields: {} }] = app.received
    const signature = req?.headers['x-signalwire-signature'] as string
    expect(req?.method).toBe(method)
    expect(req?.headers['x-twilio-signature']).toBe(signature)
    const signed = `${app.url}${req?.url ?? ''}`
    const form = method === 'POST' ? fields : {}
    expect(RestClient.validateRequest(signingKey, signature, signed, form)).toBe(true)
    expect(RestClient.validateRequest(`${signingKey}x`, signature, signed, form)).toBe(false)
    expect(RestClient.validateRequest(signingKey, signature, `${signed}x`, form)).toBe(false)
    if (method === 'POST')
      expect(
        RestClient.validateRequest(signingKey, signature, signed, {
          ...form,
          CallStatus: 'completed',
        }),
      ).toBe(false)
  },
)
