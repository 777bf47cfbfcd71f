import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errors, failures } from 'passport-voice-otp'
import { toDeliveryError } from '../../lib/signalwire/errors.js'
import { read, root, table } from './pages.js'

const page = 'docs/troubleshooting.md'
const text = read(page)

test('docs/troubleshooting.md explains every code of a failure and of an error', () => {
  const codes = [...Object.keys(failures), ...Object.keys(errors)]
  expect(codes.filter(code => !text.includes(`\`${code}\``))).toEqual([])
})

test('docs/troubleshooting.md quotes only messages that lib/ has', () => {
  const lib = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .map(path => readFileSync(join(root, 'lib', path), 'utf8'))
    .join('\n')
  const quotes = [...text.matchAll(/^\*\*"(.*?)(?: \.\.\.)?"/gm)].map(([, quote = '']) => quote)
  expect(quotes.length).toBeGreaterThan(3)
  expect(quotes.filter(quote => !lib.includes(quote))).toEqual([])
})

test("docs/troubleshooting.md names the reasons that are the number's fault, and no others", () => {
  const [, list = ''] = /\nFor (.*?) the user gets the failure\s`phone-refused`/s.exec(text) ?? []
  const isNumbersFault = (code: string): boolean =>
    toDeliveryError({ status: 400, code }).error.code === 'phone-refused'
  const reasons = table(page, '`reason`').flatMap(([names = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  )
  const named = [...list.matchAll(/`([^`]+)`/g)].map(([, name]) => name)
  expect(named.sort()).toEqual(reasons.filter(isNumbersFault).sort())
  expect(named).toContain('21211')
})
