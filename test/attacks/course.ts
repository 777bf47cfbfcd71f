// A login in single steps, one of which meets a store that is broken.
import { codeIn, wrongCode } from '../support/world.js'
import { type Answer, Browser } from '../support/browser.js'
import type { Person, Site } from '../support/watched-site.js'

/** What Alice does, in this order; `page`, `status` and `log out` come instead of the code. */
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

/** How it went. */
export interface Course {
  readonly alice: Person
  /** Every answer that the browser got. */
  readonly answers: readonly Pick<Answer, 'status' | 'text' | 'headers'>[]
  /** The answer of the step that met the broken store; SignalWire's, if it was one of the telephone. */
  readonly broken: Pick<Answer, 'status' | 'text' | 'headers'>
  /** Calls that were placed in that step. */
  readonly callsPlaced: number
  /** What the voice has said in all. */
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
 * Does all steps up to `phase`, and that one with a broken store.
 * @param breakStore Breaks it; answers a function that mends it.
 * @param watch Told before each step, so that a test can see which step does what.
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
  const webhookAnswer = (): Course['broken'] => {
    const { status, body } = site.simulator.call(sid)?.webhooks.at(-1) ?? { status: 0, body: '' }
    return { status, text: body, headers: {} }
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
      await site.simulator.answer(sid)
      await site.simulator.idle(sid)
      return webhookAnswer()
    },
    keys: async () => {
      await site.simulator.press(sid, digits)
      await site.simulator.idle(sid)
      const heard = site.simulator.call(sid)?.heard ?? []
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
  let mend = (): void => undefined
  for (const step of orderFor(phase)) {
    before = site.simulator.calls.length
    watch(step)
    if (step === phase) mend = breakStore()
    answers.push(await steps[step]())
  }
  mend()
  return {
    alice,
    answers,
    broken: answers.at(-1)!,
    callsPlaced: site.simulator.calls.length - before,
    heard: site.simulator.call(sid)?.heard.join(' ') ?? '',
    code,
  }
}

/** The cookies that are in, of all those that these answers ever set: each in a browser of its own. */
export async function cookiesThatAreIn(
  site: Site,
  answers: Course['answers'],
): Promise<readonly string[]> {
  const found: string[] = []
  for (const line of new Set(answers.flatMap(({ headers }) => headers['set-cookie'] ?? []))) {
    const [name = '', ...value] = (line.split(';')[0] ?? '').split('=')
    const browser = new Browser(site.url, site.capture)
    browser.cookies.set(name, value.join('='))
    if (await browser.isIn()) found.push(line)
  }
  return found
}
