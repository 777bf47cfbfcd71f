// The app of example/minimal/: docs/own-pages.md in one file.
import { expect, test, vi } from 'vitest'
import { blocks, read } from '../docs/pages.js'
import { freePort } from '../support/listen.js'
import { answerRemotely, addresses, run } from './run.js'
import { demoPassword, Visitor } from '../support/site.js'

// A process takes seconds to start if many others run beside it.
vi.setConfig({ testTimeout: 60_000 })

const byNpm = ['npm', 'run', '--silent', 'example:minimal']

/** Opens pages and sends forms. It follows no redirect by itself. */
class PlainVisitor extends Visitor {
  async read(path: string): Promise<string> {
    return (await this.get(path)).text
  }
  /** Returns where the form leads. */
  async sendForm(
    path: string,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<string | null> {
    return (await this.post(path, fields)).headers.get('location')
  }
  async leadsTo(path: string): Promise<string | null> {
    return (await this.get(path)).headers.get('location')
  }
}

const digitsOf = (html: string): string => /<b>(\d\d)<\/b>/.exec(html)?.[1] ?? ''

test('the minimal app logs a user in with password, call and code, protects its pages until then, enrolls the number of a user without one, and refuses forms of other sites', async () => {
  const port = await freePort()
  const example = run({ PORT: String(port), SIMULATOR_PORT: '0' }, [], byNpm)
  const { app, phones } = await addresses(example)
  expect(app).toBe(`http://127.0.0.1:${port}`)
  await example.until(
    new RegExp(`Log in as alice, bob, mallory, dave with the password: ${demoPassword}\n`),
  )
  await logInAsAlice(new PlainVisitor(app), phones)
  await enrollAsDave(new PlainVisitor(app), phones)
})

async function logInAsAlice(visitor: PlainVisitor, phones: string): Promise<void> {
  expect(await visitor.leadsTo('/')).toBe('/login')
  expect(await visitor.sendForm('/login', { username: 'alice', password: 'wrong' })).toBe('/login')
  expect(await visitor.sendForm('/login', { username: 'alice', password: demoPassword })).toBe(
    '/otp',
  )
  expect(await visitor.leadsTo('/')).toBe('/otp')
  expect(await visitor.sendForm('/otp/call')).toBe('/otp')
  const page = await visitor.read('/otp')
  expect(page).toContain('We call ••• ••• ••23.')
  const code = await answerRemotely(phones, digitsOf(page))
  const wrongCode = code === '000000' ? '000001' : '000000'
  expect(await visitor.sendForm('/otp', { code: wrongCode })).toBe('/otp')
  expect(await visitor.read('/otp')).toContain('This code is wrong. Check it and try again.')
  expect(await visitor.leadsTo('/transfer')).toBe('/otp')
  expect(await visitor.sendForm('/otp', { code })).toMatch(/^\/(transfer)?$/)
  expect(await visitor.read('/')).toContain('Hello, alice')
  expect(await visitor.read('/transfer')).toContain('Your code is fresh.')
  expect(await visitor.sendForm('/logout')).toBe('/login')
  expect(await visitor.leadsTo('/')).toBe('/login')
}

async function enrollAsDave(visitor: PlainVisitor, phones: string): Promise<void> {
  const login = { username: 'dave', password: demoPassword }
  const { status } = await visitor.post('/login', login, { 'Sec-Fetch-Site': 'cross-site' })
  expect(status).toBe(403)
  await visitor.sendForm('/login', login)
  expect(await visitor.read('/otp')).toContain('name="phone"')
  expect(await visitor.sendForm('/phone', { phone: '+1 202 555 0189' })).toBe('/otp')
  const page = await visitor.read('/otp')
  expect(page).toContain('We call ••• ••• ••89.')
  const code = await answerRemotely(phones, digitsOf(page))
  expect(await visitor.sendForm('/phone/verify', { code })).toBe('/')
  expect(await visitor.read('/')).toContain('Hello, dave')
}

test('every line of the page about own pages is in the minimal app, in the same order within each step', () => {
  const app = read('example/minimal/app.cjs')
    .split('\n')
    .map(line => line.trim())
  const steps = blocks('docs/own-pages.md')
    .filter(({ language }) => language === 'js')
    .flatMap(({ text }) => text.split(/\n\n(?=\/\/)/))
    .map(step => step.split('\n').map(line => line.trim()))
  expect(steps.length).toBeGreaterThan(4)
  for (const step of steps) {
    let place = -1
    for (const line of step.filter(each => each !== '')) {
      place = app.indexOf(line, place + 1)
      expect(place, line).not.toBe(-1)
    }
  }
})
