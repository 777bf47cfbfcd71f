import fc from 'fast-check'
import { expect, test } from 'vitest'
import { demoPassword } from '../../example/stores/users.js'
import { isOwnPath } from '../../lib/own-path.js'
import {
  ChangingStore,
  character,
  cookieOf,
  odd,
  openExample,
  send,
  settings,
  timeout,
  watchProcess,
  webAddress,
} from './support.js'

watchProcess()

/** Parts of paths and of addresses of other sites. */
const piece = fc.constantFrom(
  '/',
  '//',
  '\\',
  '/\\',
  '.',
  '..',
  '/..',
  '/.',
  '%2f',
  '%5c',
  '%2e',
  '%00',
  '%0d%0a',
  '\r\n',
  '\t',
  '\n',
  ' ',
  '\0',
  '\u00a0',
  '\u2028',
  '\ufeff',
  '@',
  ':',
  '#',
  '?',
  ';',
  '&',
  'evil.example',
  'evil.example:80',
  'user:password@',
  'http:',
  'https:',
  'HTTPS:',
  'javascript:',
  'data:',
  'account',
  'transfer',
  '[::1]',
  '127.0.0.1',
  '。',
  '／',
  '＼',
  '\ud800',
  'x'.repeat(300),
)
const paths = fc.oneof(
  fc.array(piece, { maxLength: 8 }).map(pieces => pieces.join('')),
  fc.array(piece, { maxLength: 6 }).map(pieces => `/${pieces.join('')}`),
  webAddress,
  fc.string({ unit: character }),
  odd,
)

/** The origin to which a page of the app redirects with `location`. */
const originOf = (location: string): string => new URL(location, 'https://acme.example/otp').origin

function expectOwnPath(path: string): void {
  expect(path).toMatch(/^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/)
  expect(originOf(path)).toBe('https://acme.example')
}

test('an address that counts as a path of this site is one for a browser too', () => {
  let kept = 0
  fc.assert(
    fc.property(paths, path => {
      if (!isOwnPath(path)) return
      expect(originOf(path)).toBe('https://acme.example')
      kept++
    }),
    settings,
  )
  expect(kept).toBeGreaterThan(settings.numRuns / 20)
})

test(
  'after the code, the browser stays on this site, whatever the session says',
  async () => {
    const store = new ChangingStore()
    const example = await openExample(store)
    try {
      let cookie = cookieOf(
        await example.api('/login', '', { username: 'alice', password: demoPassword }),
      )
      cookie = cookieOf(
        await example.api('/otp', cookie, { code: await example.codeOfNewCall(cookie) }),
      )
      await fc.assert(
        fc.asyncProperty(paths, async returnTo => {
          store.change = session => ({ ...session, csrfToken: 'token', returnTo })
          const code = await example.codeOfNewCall(cookie)
          const answer = await send(
            example.url,
            'POST',
            '/otp',
            { Cookie: cookie, 'Content-Type': 'application/x-www-form-urlencoded' },
            `_csrf=token&code=${code}`,
          )
          expect(answer.status).toBe(303)
          expectOwnPath(answer.headers.get('location')!)
          cookie = cookieOf(answer)
        }),
        settings,
      )
    } finally {
      await example.close()
    }
  },
  timeout,
)
