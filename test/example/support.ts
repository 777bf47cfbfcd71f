// The example as it is copied, listening on a free port, with a simulated Space; and people who use it without JavaScript.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { expect, onTestFinished } from 'vitest'
import { type ErrorCode, errors, type FailureCode, failures } from 'passport-voice-otp'
import { type Faults, Simulator } from 'passport-voice-otp/simulator'
import { type AppOptions, createApp } from '../../example/app.js'
import { createUsers, demoPassword, type Person as Account } from '../../example/stores/users.js'
import { cheapPeople } from '../support/people.js'
import { codeIn } from '../support/world.js'

export { wrongCode } from '../support/world.js'
export { demoPassword } from '../../example/stores/users.js'

/** The strategy's own sentence for a refusal or for trouble. */
export const says = (code: FailureCode | ErrorCode): string =>
  code in failures ? failures[code as FailureCode].message : errors[code as ErrorCode].message

/** Matches a number of seconds that ran down a little since: tests run while others keep the machine busy. */
export const upTo = (seconds: number): unknown =>
  expect.toSatisfy((given: unknown) => Number(given) <= seconds && Number(given) > seconds - 20)

export interface SiteOptions extends Partial<
  Omit<AppOptions, 'users' | 'publicUrl' | 'signalwire' | 'logger'>
> {
  readonly people?: readonly Account[]
  /** Shows the simulator's telephone on the pages, as the demo does. */
  readonly isDemo?: boolean
}

export type Site = Awaited<ReturnType<typeof startSite>>

/** Ends with the test. */
export async function openSite(options: SiteOptions = {}): Promise<Site> {
  const site = await startSite(options)
  onTestFinished(() => site.close())
  return site
}

/** Starts the app; `close()` ends it. */
export async function startSite({
  people = cheapPeople,
  isDemo = false,
  ...options
}: SiteOptions = {}) {
  const simulator = await Simulator.start()
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const log: Record<string, unknown>[] = []
  const clock = { offset: 0, now: () => Date.now() + clock.offset }
  const users = createUsers(people)
  const { app, voiceOtp } = createApp({
    users,
    publicUrl: url,
    signalwire: simulator.signalwire,
    clock,
    sessionSecret: 'k3Jx9QmZ7vRt2LpW8sYd5BnH4cFg6TqA',
    secret: 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn',
    logger: pino(
      { base: null },
      {
        write: (line: string) => {
          log.push(JSON.parse(line) as Record<string, unknown>)
        },
      },
    ),
    ...(isDemo
      ? {
          channels: ['call', 'sms', 'hosted-call', 'hosted-sms'] as const,
          simulatorUrl: simulator.url,
        }
      : {}),
    ...options,
  })
  server.on('request', app)

  /** Picks up the newest call, keys in the digits and listens; answers the code. */
  async function answer(digits: string): Promise<string> {
    const { sid } = await simulator.waitFor(call => call.status === 'ringing')
    await simulator.answer(sid)
    await simulator.idle(sid)
    await simulator.press(sid, digits)
    await simulator.idle(sid)
    return codeIn(simulator.call(sid)!.heard)
  }

  return {
    url,
    simulator,
    voiceOtp,
    users,
    log,
    clock,
    answer,
    /** Events of one name, as they were logged. */
    logged: (event: string) => log.filter(line => line['event'] === event),
    visitor: () => new Visitor(url),
    faults: (faults: Faults) => {
      simulator.setFaults(faults)
    },
    async close(): Promise<void> {
      await new Promise(resolve => {
        server.close(resolve)
        server.closeAllConnections()
      })
      await simulator.stop()
    },
  }
}

/** A page as a browser without JavaScript has it. */
export interface Page {
  readonly status: number
  readonly path: string
  readonly headers: Headers
  readonly html: string
}

/** Somebody with such a browser: cookies, forms, redirects. */
export class Visitor {
  readonly cookies = new Map<string, string>()
  page: Page = { status: 0, path: '', headers: new Headers(), html: '' }

  constructor(readonly url: string) {}

  /** The text of the page, tags taken out. */
  get text(): string {
    return this.page.html
      .replace(/<(script|style)[^]*?<\/\1>|<[^>]+>/g, ' ')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&')
      .replace(/\s+/g, ' ')
  }

  /** What the page says went wrong; '' for nothing. */
  get alert(): string {
    return (/role="alert"[^>]*>([^]*?)<\/div>/.exec(this.page.html)?.[1] ?? '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
  }

  get matchingDigits(): string {
    return /data-matching-digits="(\d\d)"/.exec(this.page.html)?.[1] ?? ''
  }

  async open(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.follow(await this.request(path, { headers }), path)
  }

  /** Fills in the form of this page that leads to `action`, presses its button, and follows where it leads. */
  async submit(
    action: string,
    fields: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Page> {
    return this.follow(await this.post(action, this.fill(action, fields), headers), action)
  }

  /** The fields of a form with what its page filled in, the checked radio buttons among them. */
  fill(action: string, fields: Readonly<Record<string, string>> = {}): Record<string, string> {
    const form = new RegExp(`<form[^>]*action="${action}"[^]*?</form>`).exec(this.page.html)?.[0]
    if (form === undefined)
      throw new Error(`There is no form to ${action} on ${this.page.path}: ${this.text}`)
    const inputs = [...form.matchAll(/<input[^>]*>/g)]
      .map(([input]) => input)
      .filter(input => /type="hidden"/.test(input) || / checked/.test(input))
    const given = inputs.map(input => [
      /name="([^"]+)"/.exec(input)?.[1] ?? '',
      /value="([^"]*)"/.exec(input)?.[1] ?? '',
    ])
    return { ...(Object.fromEntries(given) as Record<string, string>), ...fields }
  }

  /** One POST, no redirect followed. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return this.request(path, { method: 'POST', body: new URLSearchParams(fields), headers })
  }

  async json(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = { Origin: this.url },
  ): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
    const response = await this.request(path, {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    }
  }

  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(new URL(path, this.url), {
      redirect: 'manual',
      ...init,
      headers: { Cookie: cookie, ...(init.headers as Record<string, string>) },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      this.cookies.set(name, value)
    }
    return response
  }

  async follow(response: Response, path: string): Promise<Page> {
    const location = response.headers.get('location')
    if (location !== null) {
      await response.text()
      if (response.status !== 303)
        throw new Error(`${path} redirects with ${response.status}, and a POST would be sent again`)
      return this.open(location)
    }
    this.page = {
      status: response.status,
      path,
      headers: response.headers,
      html: await response.text(),
    }
    return this.page
  }

  async logIn(username: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    await this.open('/login')
    return this.submit('/login', { username, password: demoPassword }, headers)
  }
}

/** Somebody who did all that an honest person does. */
export async function passBoth(
  site: Site,
  username = 'alice',
  visitor = site.visitor(),
): Promise<Visitor> {
  await visitor.logIn(username)
  await visitor.submit('/otp/call')
  await visitor.submit('/otp', { code: await site.answer(visitor.matchingDigits) })
  if (visitor.page.status !== 200 || !visitor.text.includes('You are logged in'))
    throw new Error(`${username} is not in: ${visitor.page.status} ${visitor.text}`)
  return visitor
}
