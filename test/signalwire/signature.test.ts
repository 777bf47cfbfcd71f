import { RestClient } from '@signalwire/compatibility-api'
import { describe, expect, test } from 'vitest'
import { sign } from 'passport-voice-otp/simulator'
import { createSignatureCheck } from '../../lib/signalwire/signature.js'

const fields = {
  CallSid: 'CA1234567890ABCDE',
  Caller: '+14158675309',
  Digits: '1234',
  From: '+14158675309',
  To: '+18005551212',
}
const url = 'https://mycompany.com/myapp.php?foo=1&bar=2'

describe('signatures of webhooks', () => {
  test("a signature of SignalWire's first test vector is valid", () => {
    expect(createSignatureCheck(['12345'])('RSOYDt4T1cUTdK1PDd93/VVr8B8=', url, fields)).toBe(true)
  })

  test('a signature is valid under either of two keys, in any order', () => {
    expect(
      createSignatureCheck(['new key', '12345'])('RSOYDt4T1cUTdK1PDd93/VVr8B8=', url, fields),
    ).toBe(true)
    expect(
      createSignatureCheck(['12345', 'new key'])('RSOYDt4T1cUTdK1PDd93/VVr8B8=', url, fields),
    ).toBe(true)
    expect(
      createSignatureCheck(['new key', 'newer key'])('RSOYDt4T1cUTdK1PDd93/VVr8B8=', url, fields),
    ).toBe(false)
  })

  test('the signed URL may have its standard port or no port, and no other port', () => {
    const check = createSignatureCheck(['12345'])
    for (const [signed, checked, expected] of [
      ['https://acme.example:443/x', 'https://acme.example/x', true],
      ['https://acme.example/x', 'https://acme.example/x', true],
      ['http://127.0.0.1:80/x', 'http://127.0.0.1/x', true],
      ['https://acme.example:80/x', 'https://acme.example/x', false],
      ['https://acme.example:8443/x', 'https://acme.example/x', false],
      ['https://evil.example/x', 'https://acme.example/x', false],
      ['http://[::1]:80/x', 'http://[::1]/x', true],
      ['http://[::1]:80/x', 'http://[::1]:8080/x', false],
      // A URL inside the path must not count as ours.
      [
        'http://inner.example:80:8443/http://inner.example',
        'https://acme.example:8443/http://inner.example',
        false,
      ],
    ] as const)
      expect(
        check(sign('12345', signed, fields), checked, fields),
        `${signed} for ${checked}`,
      ).toBe(expected)
  })

  test('an empty, shortened or lengthened signature is not valid', () => {
    const check = createSignatureCheck(['12345'])
    for (const header of ['', 'RSOYDt4T1cUTdK1PDd93/VVr8B8', 'RSOYDt4T1cUTdK1PDd93/VVr8B8==', 'é'])
      expect(check(header, url, fields)).toBe(false)
  })

  test('the check agrees with that of the vendor on 500 forms, with right and wrong keys', () => {
    const check = createSignatureCheck(['12345'])
    for (let index = 0; index < 500; index++) {
      const form = {
        To: `+1202555${index}`,
        Digits: String(index),
        'b b': 'ü&=',
        a: index % 3 === 0 ? '' : 'x',
      }
      const header = sign(index % 2 === 0 ? '12345' : '54321', url, form)
      expect(check(header, url, form)).toBe(RestClient.validateRequest('12345', header, url, form))
    }
  })
})
