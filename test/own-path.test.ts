import { expect, test } from 'vitest'
import { isOwnPath } from '../lib/own-path.js'

test.each(['/', '/otp', '/otp?next=//evil.example', '/a/../b', `/${'x'.repeat(1000)}`])(
  'the path %j belongs to this app',
  path => {
    expect(isOwnPath(path)).toBe(true)
  },
)

test.each([
  ['another host', '//evil.example'],
  ['another host, as browsers read it', '/\\evil.example'],
  ['an absolute request line', 'http://evil.example/otp'],
  ['a script', 'javascript:alert(1)'],
  ['a second header', '/otp\r\nSet-Cookie: a=b'],
  ['another host after a tab, which browsers drop', '/\t/evil.example'],
  ['a space', '/a b'],
  ['a character that is not ASCII', '/é'],
  ['a relative path', 'otp'],
  ['nothing', ''],
  ['more than 1,001 characters', `/${'x'.repeat(1001)}`],
  ['no string', undefined],
  ['a list of paths', ['/otp']],
])('%s is not a path of this app: %j', (_, path) => {
  expect(isOwnPath(path)).toBe(false)
})
