// A login in single steps, one of which meets a broken store.
import { codeIn, Phone, wrongCode } from '../support/phone.js'
import { type Answer, Browser } from '../support/browser.js'
import type { Person, Site } from '../support/watched-site.js'

/** What Alice does, in this order. `page`, `status` and `log out` take the place of the code. */
export const phases = [
  'log in',
  'call',
  'pick up',
  'keys',
  'wrong code',
  'right code',
  'page',
  'status',
  'log out',
] as const
/** One of them. */
export type Phase = (typeof phases)[number]

/** What happened. */
export interface Course {
  readonly alice: Person
  /** Every response that the browser got. */
  readonly answers: readonly Pick<Answer, 'status' | 'text' | 'headers'>[]
  /**
   * The response in the step with the broken store. In a step of the call, the response to
   * SignalWire.
   */
  readonly broken: Pick<Answer, 'status' | 'text' | 'headers'>
  /** Calls that were placed in this step. */
  readonly callsPlaced: number
  /** Everything that the voice said. */
  readonly heard: string
  /** The code, if it was heard. */
  readonly code: string
}

const orderFor = (phase: Phase): readonly Phase[] =>
  [
    ...phases.slice(0, 4),
    ...(phase === 'right code' ? (['wrong code'] as const) : []),
    phase,
  ].filter((each, index, all) => all.indexOf(each) === index && index <= all.indexOf(phase))

/**
 * Does all steps up to `phase`, the last one with a broken store.
 * @param breakStore Breaks the store. Returns a function that repairs it.
 * @param watch Is called before each step, so that a test can see which step does what.
 */
export async function runCourse(
  site: Site,
  phase: Phase,
  breakStore: () => () => void,
  watch: (phase: Phase) => void = () => undefined,
): Promise<Course> {
  const alice = site.person('alice')
  const answers: Course['answers'][number][] = []
  let [code, digits, sid] = ['', '', '']
  const phone = (): Phone => new Phone(site, sid)
  const webhookAnswer = (): Course['broken'] => {
    const { status, body } = site.simulator.call(sid)?.webhooks.at(-1) ?? { status: 0, body: '' }
    return { status, text: body, headers: new Headers() }
  }
  const steps: Readonly<Record<Phase, () => Promise<Course['broken']>>> = {
    'log in': () => alice.api('/login', { username: 'alice', password: alice.password }),
    call: async () => {
      const answer = await alice.api('/otp/call')
      digits = (JSON.parse(answer.text) as { matchingDigits?: string }).matchingDigits ?? ''
      sid = site.simulator.calls[0]?.sid ?? ''
      return answer
    },
    'pick up': async () => {
      await phone().answer()
      return webhookAnswer()
    },
    keys: async () => {
      await phone().press(digits)
      const { heard } = phone().call
      code = heard.some(sentence => /\d/.test(sentence)) ? codeIn(heard) : ''
      return webhookAnswer()
    },
    'wrong code': () => alice.api('/otp', { code: wrongCode(code) }),
    'right code': () => alice.api('/otp', { code }, { holdsCode: true }),
    page: () => alice.get('/otp'),
    status: () => alice.get('/otp/status'),
    'log out': () => alice.api('/logout'),
  }
  let before = 0
  let repair = (): void => undefined
  for (const step of orderFor(phase)) {
    before = site.simulator.calls.length
    watch(step)
    if (step === phase) repair = breakStore()
    answers.push(await steps[step]())
  }
  repair()
  return {
    alice,
    answers,
    broken: answers.at(-1)!,
    callsPlaced: site.simulator.calls.length - before,
    heard: site.simulator.call(sid)?.heard.join(' ') ?? '',
    code,
  }
}

/**
 * Tries every cookie that these responses set, each in a browser of its own. Returns the cookies
 * that are in.
 */
export async function cookiesThatAreIn(
  site: Site,
  answers: Course['answers'],
): Promise<readonly string[]> {
  const found: string[] = []
  for (const line of new Set(answers.flatMap(({ headers }) => headers.getSetCookie()))) {
    const [name = '', ...value] = (line.split(';')[0] ?? '').split('=')
    const browser = new Browser({ url: site.url, capture: site.capture })
    browser.cookies.set(name, value.join('='))
    if (await browser.isIn()) found.push(line)
  }
  return found
}
