import { expect, test } from 'vitest'
import { type SignalWireOptions, VoiceOtpStrategy } from 'passport-voice-otp'
import { secret } from '../support/world.js'

const create = (maxPricePerMinute: unknown) =>
  new VoiceOtpStrategy(
    {
      appName: 'Acme',
      webhookUrl: 'https://acme.example/voice-otp',
      secret,
      userId: () => 'alice',
      signalwire: {
        project: '11111111-2222-4333-8444-555555555555',
        token: 'PTtoken',
        space: 'acme.signalwire.com',
        from: '+12025550100',
        signingKey: 'PSKsigningkey',
        maxPricePerMinute,
      } as SignalWireOptions,
    },
    () => null,
  )

test.each([0.00125, 0.1 + 0.2, 1e-7, 0, -1, 100, Infinity, NaN, '0.05', null])(
  'maxPricePerMinute: %j is refused at construction, as SignalWire would refuse every call',
  price => {
    expect(() => create(price)).toThrow(
      new TypeError(
        'signalwire.maxPricePerMinute: give US dollars, more than 0 and less than 100, with at ' +
          'most four decimals, or leave it out. SignalWire refuses every call with more decimals.',
      ),
    )
  },
)

test.each([0.0001, 0.0125, 0.3, 5, 99.9999, undefined])('maxPricePerMinute may be %j', price => {
  expect(() => create(price)).not.toThrow()
})
