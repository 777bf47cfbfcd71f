// The example with a clock that a test moves, and people who use it without JavaScript.
import { expect, onTestFinished } from 'vitest'
import { type ErrorCode, errors, type FailureCode, failures } from 'passport-voice-otp'
import type { Faults } from 'passport-voice-otp/simulator'
import { Browser, type Page } from './browser.js'
import { type ExampleOptions, startExample } from './example-site.js'
import { demoPassword } from './people.js'
import { Phone } from './phone.js'

export { wrongCode } from './phone.js'
export { demoPassword } from './people.js'

const allChannels = ['call', 'sms', 'hosted-call', 'hosted-sms'] as const

/** The strategy's message for a failure or an error. */
export const says = (code: FailureCode | ErrorCode): string =>
  code in failures ? failures[code as FailureCode].message : errors[code as ErrorCode].message

/** Matches remaining seconds. Some may have passed, because the machine is busy. */
export const upTo = (seconds: number): unknown =>
  expect.toSatisfy((given: unknown) => Number(given) <= seconds && Number(given) > seconds / 2)

export interface SiteOptions extends Omit<ExampleOptions, 'more'> {
  /** Shows the simulated phone on the pages, as the demo does. */
  readonly isDemo?: boolean
}

export type Site = Awaited<ReturnType<typeof startSite>>

/** Ends with the test. */
export async function openSite(options: SiteOptions = {}): Promise<Site> {
  const site = await startSite(options)
  onTestFinished(() => site.close())
  return site
}

/** Starts the app. `close()` ends it. */
export async function startSite({ isDemo = false, ...options }: SiteOptions = {}) {
  const clock = { offset: 0, now: () => Date.now() + clock.offset }
  const example = await startExample({
    clock,
    ...options,
    more: ({ simulator }) => ({
      ...(isDemo ? { channels: allChannels, simulatorUrl: simulator.url } : {}),
    }),
  })
  const { simulator, logLines } = example
  /** What was logged so far: everything, or the events of one name. */
  const logged = (event?: string): Record<string, unknown>[] =>
    logLines
      .map(line => JSON.parse(line) as Record<string, unknown>)
      .filter(line => event === undefined || line['event'] === event)

  return {
    ...example,
    clock,
    /** Answers the newest call, presses the digits, listens, and returns the code. */
    answer: async (digits: string) => (await Phone.ringing({ simulator })).hearCode(digits),
    logged,
    visitor: () => new Visitor(example.url),
    faults: (faults: Faults) => {
      simulator.setFaults(faults)
    },
  }
}

/** Somebody with a browser without JavaScript. */
export class Visitor extends Browser {
  constructor(url: string) {
    super({ url })
  }

  async logIn(username: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    await this.open('/login')
    return this.submit('/login', { username, password: demoPassword }, headers)
  }
}

/** Password, call and code: everything that an honest person does. */
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
