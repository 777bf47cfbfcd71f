import type { RequestHandler } from 'express'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  type Approval,
  type ApprovalRequest,
  MemoryTrailStore,
  type VoiceOtpAuthenticateOptions,
} from 'passport-voice-otp'
import * as approvals from '../support/approvals.js'
import { type Agent, payment, text } from '../support/approvals.js'
import { callsUnlimited } from '../support/limits.js'
import { Phone, otherDigits } from '../support/phone.js'
import { CounterStore, SessionStore } from '../support/stores.js'
import { createWorld, type World, type WorldOptions, wrongCode } from '../support/world.js'

let world: World
/** What the handler of the payment executed. */
let executed: Approval[]
/** What the next call asks to approve. */
let asked: ApprovalRequest

afterEach(() => world.close())

async function open(given: WorldOptions = {}): Promise<Agent> {
  asked = payment
  const opened = await approvals.openApprovals(given, () => asked)
  ;({ world, executed } = opened)
  return opened.alice
}

const signIn = (id: string) => approvals.signIn(world, id)
const listen = (agent: Agent, path?: string) => approvals.listen(world, agent, path)

describe('an approval', () => {
  test('the call says what is approved before the code, and the handler gets exactly that', async () => {
    const alice = await open()
    const { phone, code, body } = await listen(alice)
    expect(body).toMatchObject({ purpose: 'approve', approvalText: payment.text })
    const heard = phone.call.heard.join(' ')
    expect(heard.indexOf(text)).toBeGreaterThan(0)
    expect(heard.indexOf(text)).toBeLessThan(heard.indexOf('Your code is'))
    expect(heard).toContain('If you do not want this, press zero.')

    const { body: result } = await alice.post('/payment').send({ code }).expect(200)
    expect(result).toEqual({
      user: 'alice',
      approval: {
        kind: 'payment',
        details: payment.details,
        approvedAt: expect.any(Number),
        method: 'call',
      },
    })
    expect(world.named('action.approved')).toEqual([
      {
        userId: 'alice',
        kind: 'payment',
        method: 'call',
        detailsHash: expect.stringMatching(/^[\w-]{43}$/),
      },
    ])
  })

  test('support sees that an approved action was approved', async () => {
    const alice = await open({ options: { trail: new MemoryTrailStore() } })
    const { code } = await listen(alice)
    await alice.post('/payment').send({ code }).expect(200)
    const { sends = [] } = await world.strategy.describeUser('alice')
    expect(sends[0]).toMatchObject({ purpose: 'approve', outcome: 'accepted' })
  })

  test('the approval is frozen in the handler', async () => {
    const alice = await open()
    const { code } = await listen(alice)
    await alice.post('/payment').send({ code }).expect(200)
    expect([executed[0], executed[0]!.details].every(Object.isFrozen)).toBe(true)
  })

  test('an approval leaves the session id, the stored data and the verification as they are', async () => {
    const alice = await open()
    const before = (await alice.get('/session')).headers['set-cookie']
    const { code } = await listen(alice)
    const { headers } = await alice.post('/payment').send({ code }).expect(200)
    expect(headers['set-cookie']).toBeUndefined()
    expect(before).toBeUndefined()
    expect((await alice.get('/otp/status')).body).toMatchObject({ call: 'none' })
  })

  test('a repeat says the text of the approval again, and key three says it in the other language', async () => {
    const alice = await open({ options: { locale: ['en-US', 'de-DE'] } })
    asked = {
      ...payment,
      text: {
        'en-US': 'You are paying 120 euros.',
        'de-DE': 'Sie zahlen 120 Euro.',
        'fr-FR': 'Vous payez 120 euros.',
      },
    }
    const { phone } = await listen(alice)
    await phone.press('1')
    expect(phone.call.heard.filter(text => text === 'You are paying 120 euros.')).toHaveLength(2)
    await phone.press('3')
    expect(phone.call.heard.filter(text => text === 'Sie zahlen 120 Euro.')).toHaveLength(1)
  })

  test('a payee with look-alike letters is spoken and shown as the app gives it', async () => {
    const alice = await open()
    const lookAlike = 'You are paying 120 euros to Асme.' // the first two letters are Cyrillic
    asked = { ...payment, text: lookAlike }
    const { phone, body } = await listen(alice)
    expect(body['approvalText']).toBe(lookAlike)
    expect(phone.call.heard).toContain(lookAlike)
  })

  test('a text message begins with the sentence that says what is approved', async () => {
    const alice = await open({ options: { channels: ['call', 'sms'] } })
    await alice.post('/payment/call').send({ channel: 'sms' }).expect(202)
    const body = world.simulator.messages[0]!.body
    expect(body.startsWith(`${text}\n`)).toBe(true)
    const code = /\b\d{6}\b/.exec(body.slice(text.length))![0]
    await alice.post('/payment').send({ code }).expect(200)
    expect(executed[0]).toMatchObject({ method: 'sms' })
  })
})

describe('an attacker cannot execute what was not heard', () => {
  test('a body that is changed or sent again does not change what is approved', async () => {
    const alice = await open()
    const { code } = await listen(alice)
    await alice
      .post('/payment')
      .send({ code, details: { amount: 1 }, amount: '1.2e2', payee: ['Mallory'] })
      .expect(200)
    expect(executed.map(({ details }) => details)).toEqual([payment.details])
  })

  test('an approval of one kind is worthless on a route of another kind', async () => {
    const alice = await open()
    const { code } = await listen(alice)
    await alice.post('/deletion').send({ code }).expect(401)
    expect(executed).toEqual([])
    await alice.post('/payment').send({ code }).expect(200)
  })

  test('a code for a login or a step-up approves nothing, and an approval code logs nobody in', async () => {
    const alice = await open()
    const code = await world.hearCode(alice)
    await alice.post('/payment').send({ code }).expect(401)
    const approval = await listen(alice)
    await alice.post('/otp').send({ code: approval.code }).expect(401)
    expect(executed).toEqual([])
  })

  test('a pending user can ask for no approval and use none', async () => {
    await open()
    const bob = await world.logIn('bob')
    await bob.post('/payment/call').expect(401)
    const { body } = await bob.post('/payment').send({ code: '123456' }).expect(401)
    expect(body).toMatchObject({ code: 'second-factor-required' })
    expect(world.simulator.calls).toHaveLength(1)
  })

  test('an approval is executed once when 20 requests send its code at the same time over a slow store', async () => {
    const limiter = new CounterStore(2, 25).factory
    const limits = { approveCallIntervalSeconds: false, callIntervalSeconds: false } as const
    const alice = await open({ store: new SessionStore(2, 25), options: { limiter, limits } })
    const { code } = await listen(alice)
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await alice.post('/payment').send({ code })).status),
    )
    expect(statuses.filter(status => status === 200)).toHaveLength(1)
    expect(executed).toHaveLength(1)
    await alice.post('/payment').send({ code }).expect(401)
  })

  test.each(['hangs after the work', 'nonsense'] as const)(
    'a limiter that %s while it uses an approval up executes nothing, and at most one attempt later',
    async fault => {
      const store = new CounterStore(0, 0)
      const limits = { approveCallIntervalSeconds: false, callIntervalSeconds: false } as const
      const alice = await open({ options: { limiter: store.factory, limits } })
      const { code } = await listen(alice)
      store.faults['uses.consume'] = fault
      await alice.post('/payment').send({ code }).expect(503)
      expect(executed).toEqual([])
      store.faults = {}
      for (let attempt = 0; attempt < 2; attempt++) await alice.post('/payment').send({ code })
      expect(executed.length).toBeLessThanOrEqual(1)
    },
  )

  test('a wrong code counts, and five of them end the approval', async () => {
    const alice = await open()
    const { code } = await listen(alice)
    for (let attempt = 0; attempt < 5; attempt++)
      await alice
        .post('/payment')
        .send({ code: wrongCode(code) })
        .expect(401)
    await alice.post('/payment').send({ code }).expect(429)
    expect(executed).toEqual([])
  })

  test('details, texts or kind that are swapped in the session store make the right code wrong', async () => {
    const { MemoryStore } = await import('express-session')
    const store = new MemoryStore()
    const alice = await open({ store })
    const read = async (): Promise<
      Record<string, { voiceOtp?: { challenge: Record<string, unknown> } }>
    > =>
      new Promise((resolve, reject) => {
        store.all((error, sessions) => {
          if (error) reject(error as Error)
          else resolve(sessions as never)
        })
      })
    asked = { ...payment, details: { amount: 1 }, text: 'You are paying one cent.' }
    await listen(alice)
    const cheap = Object.values(await read()).find(({ voiceOtp }) => voiceOtp?.challenge)!.voiceOtp!
      .challenge['sealedApproval']
    asked = payment
    const { code } = await listen(alice)
    for (const [id, stored] of Object.entries(await read())) {
      if (stored.voiceOtp === undefined) continue
      stored.voiceOtp.challenge['sealedApproval'] = cheap
      await new Promise(resolve => {
        store.set(id, stored as never, resolve)
      })
    }
    await alice.post('/payment').send({ code }).expect(401)
    expect(executed).toEqual([])
  })

  test('after a logout and a new login, the old code is refused', async () => {
    const alice = await open()
    const { code } = await listen(alice)
    await alice.post('/out').expect(204)
    const again = await signIn('alice')
    await again.post('/payment').send({ code }).expect(401)
    await alice.post('/payment').send({ code }).expect(401)
    expect(executed).toEqual([])
  })

  test('with two tabs, the code approves only what the newest call said', async () => {
    const alice = await open()
    const first = await listen(alice)
    asked = { details: { amount: 99 }, text: 'You are paying 99 cents.' }
    const second = await listen(alice)
    await alice
      .post('/payment')
      .send({ code: first.code === second.code ? wrongCode(first.code) : first.code })
      .expect(401)
    await alice.post('/payment').send({ code: second.code }).expect(200)
    expect(executed.map(({ details }) => details)).toEqual([{ amount: 99 }])
  })

  test('at its expiry an approval is worthless', async () => {
    const alice = await open()
    const { code } = await listen(alice)
    world.clock.offset += 300_000
    await alice.post('/payment').send({ code }).expect(401)
    expect(executed).toEqual([])
  })

  test('a phone that was changed between call and code approves nothing', async () => {
    const alice = await open()
    const { code } = await listen(alice)
    world.people['alice']!.phone = '+12025550199'
    await alice.post('/payment').send({ code }).expect(401)
    expect(executed).toEqual([])
  })

  test('a phone whose date of enrollment is less than 24 hours ago cannot approve', async () => {
    const enrolledAt = new Date(Date.now() - 23 * 3_600_000)
    const alice = await open({
      getPhone: ({ phone }) => ({ phones: [{ number: phone, enrolledAt }] }),
    })
    await alice.post('/payment/call').expect(403)
    enrolledAt.setTime(Date.now() - 25 * 3_600_000)
    await alice.post('/payment/call').expect(202)
  })
})

describe('key zero', () => {
  test('key zero refuses the action, tells the app, and does not block other calls', async () => {
    const alice = await open({ options: { trail: new MemoryTrailStore() } })
    const { phone, code } = await listen(alice)
    await phone.press('0')
    expect(phone.call.heard.at(-1)).toContain('nothing will happen')
    const { sends = [] } = await world.strategy.describeUser('alice')
    expect(sends[0]).toMatchObject({ purpose: 'approve', outcome: 'refused' })
    expect((await alice.get('/otp/status')).body).toMatchObject({ call: 'refused', expiresIn: 0 })
    await alice.post('/payment').send({ code }).expect(401)
    expect(executed).toEqual([])
    expect(world.named('action.refused')).toMatchObject([
      { userId: 'alice', kind: 'payment', method: 'call' },
    ])
    expect(world.named('call.reported')).toEqual([])
    await alice.post('/otp/call').expect(202)
  })

  test('a second key zero reports the call', async () => {
    const alice = await open()
    const { phone } = await listen(alice)
    await phone.press('0')
    await phone.press('0')
    expect(world.named('call.reported')).toHaveLength(1)
    await alice.post('/payment/call').expect(429)
  })

  test('before the code, key zero refuses the action and two zeros report the call', async () => {
    const alice = await open()
    await alice.post('/payment/call').expect(202)
    const phone = await Phone.ringing(world)
    await phone.answer()
    await phone.press('00')
    expect(world.named('call.reported')).toHaveLength(1)
  })

  test('wrong digits say nothing of what is approved', async () => {
    const alice = await open()
    const { body } = (await alice.post('/payment/call').expect(202)) as {
      body: { matchingDigits: string }
    }
    const phone = await Phone.ringing(world)
    await phone.answer()
    await phone.press(otherDigits(body.matchingDigits))
    expect(phone.call.heard.join(' ')).not.toContain('120 euros')
  })
})

describe('what cannot be approved costs no call', () => {
  test.each<[string, unknown, number, string]>([
    ['a text of 201 characters', { ...payment, text: 'x'.repeat(201) }, 400, 'approval-too-long'],
    [
      'a text of over 400 bytes',
      { ...payment, text: 'é'.repeat(199) + 'ééé' },
      400,
      'approval-too-long',
    ],
    [
      'a line break in the text',
      { ...payment, text: 'You are\npaying' },
      400,
      'approval-malformed',
    ],
    ['markup in the text', { ...payment, text: '<Dial>+1900</Dial>' }, 400, 'approval-malformed'],
    [
      'a bidirectional control',
      { ...payment, text: 'to \u202eMallory' },
      400,
      'approval-malformed',
    ],
    ['a zero-width character', { ...payment, text: 'Ac\u200bme' }, 400, 'approval-malformed'],
    // Each is a letter or an accent for Unicode, and nothing for the eye.
    ['a Hangul filler', { ...payment, text: 'Ac\u3164me' }, 400, 'approval-malformed'],
    ['a variation selector', { ...payment, text: 'Ac\ufe0fme' }, 400, 'approval-malformed'],
    ['an empty Braille pattern', { ...payment, text: 'Ac\u2800me' }, 400, 'approval-malformed'],
    ['a private character', { ...payment, text: 'Ac\ue000me' }, 400, 'approval-malformed'],
    // No font and no voice knows them.
    ['an unassigned character', { ...payment, text: 'Ac\u0378me' }, 400, 'approval-malformed'],
    ['a noncharacter', { ...payment, text: 'Ac\ufdd0me' }, 400, 'approval-malformed'],
    ['a character that was lost', { ...payment, text: 'Ac\ufffdme' }, 400, 'approval-malformed'],
    ['nothing but signs', { ...payment, text: '… !' }, 400, 'approval-malformed'],
    ['an empty text', { ...payment, text: ' ' }, 503, 'callback-failed'],
    ['no text', { details: {} }, 503, 'callback-failed'],
    [
      'no text in the language of the call',
      { details: {}, text: { 'de-DE': 'x' } },
      503,
      'callback-failed',
    ],
    ['a fraction in the details', { ...payment, details: { amount: 1.5 } }, 503, 'callback-failed'],
    ['nothing', undefined, 503, 'callback-failed'],
  ])('an approval with %s is refused and costs no call', async (_, request, status, code) => {
    const alice = await open()
    asked = request as ApprovalRequest
    expect((await alice.post('/payment/call').expect(status)).body).toMatchObject({ code })
    expect(world.simulator.calls).toHaveLength(1)
    asked = payment
    await alice.post('/payment/call').expect(202)
  })

  test('hosted channels cannot say what is approved', async () => {
    const alice = await open({ options: { channels: ['call', 'hosted-call'] } })
    await alice.post('/payment/call').send({ channel: 'hosted-call' }).expect(400)
    expect(world.simulator.mfaRequests).toEqual([])
  })

  test.each(['any-key', false] as const)(
    'an approval with numberMatching: %s is a configuration error',
    async numberMatching => {
      world = await createWorld({ options: { numberMatching } })
      await world.close()
      executed = []
      asked = payment
      const alice = await open({ options: { numberMatching: true } })
      Object.assign(
        (world.strategy as unknown as { context: { settings: object } }).context.settings,
        { numberMatching },
      )
      expect((await alice.post('/payment/call').expect(503)).body).toMatchObject({
        code: 'configuration',
      })
    },
  )
})

describe('calls for approvals', () => {
  test('a login is still possible when the calls for approvals are used up', async () => {
    const alice = await open()
    for (let call = 0; call < 6; call++) await alice.post('/payment/call').expect(202)
    expect((await alice.post('/payment/call').expect(429)).body).toMatchObject({
      code: 'too-many-calls',
    })
    await alice.post('/otp/call').expect(202)
  })

  test('calls for approvals are 20 seconds apart and do not wait for the interval of a login', async () => {
    const alice = await open({ options: { limits: {} } })
    const { body } = await alice.post('/payment/call').expect(202)
    expect((body as { nextCallIn: number }).nextCallIn).toBeLessThanOrEqual(20)
    const { headers } = await alice.post('/payment/call').expect(429)
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(20)
    await alice.post('/otp/call').expect(429) // the login itself was less than 60 seconds ago
  })

  test('a session that has lost its approval does not get the next call at once', async () => {
    const alice = await open({
      options: { limits: {} },
      routes: (app, _passport, strategy) => {
        app.post('/cancel', (req, res, next) => {
          strategy.cancel(req).then(() => res.json({}), next)
        })
      },
    })
    await alice.post('/payment/call').expect(202)
    await alice.post('/cancel').expect(200)
    const { headers } = await alice.post('/payment/call').expect(429)
    expect(Number(headers['retry-after'])).toBeGreaterThan(10)
  })
})

describe('a number that was just enrolled', () => {
  const newNumber = '+12025550199'

  /** The app with routes that enroll `newNumber` and that approve a change of the number. */
  const openWithChange = (given: WorldOptions = {}): Promise<Agent> =>
    open({
      ...given,
      routes: (app, passport) => {
        const authenticate = (options: VoiceOtpAuthenticateOptions): RequestHandler =>
          passport.authenticate('voice-otp', options as object) as RequestHandler
        app.post(
          '/phone',
          authenticate({ action: 'call', purpose: 'enroll', phone: () => newNumber }),
          (req, res) => {
            res.status(202).json(req.voiceOtp)
          },
        )
        app.post('/phone/verify', authenticate({ purpose: 'enroll' }), (_req, res) => {
          res.sendStatus(204)
        })
        const kind = 'phone-change'
        app.post(
          '/change/call',
          authenticate({ action: 'call', purpose: 'approve', kind, approve: () => asked }),
          (req, res) => {
            res.status(202).json(req.voiceOtp)
          },
        )
        // As docs/payments.md has it: the approved number is called at once.
        app.post(
          '/change',
          authenticate({ purpose: 'approve', kind }),
          authenticate({
            action: 'call',
            purpose: 'enroll',
            phone: req => (req as unknown as Express.Request).approval!.details['phone'],
          }),
          (req, res) => {
            res.status(202).json(req.voiceOtp)
          },
        )
      },
    })
  const change = (phone: unknown): ApprovalRequest => ({
    details: { phone } as ApprovalRequest['details'],
    text: `You are changing your phone number to ${Array.from(String(phone)).join(' ')}.`,
  })

  async function enroll(alice: Agent): Promise<void> {
    const { code } = await listen(alice, '/phone')
    await alice.post('/phone/verify').send({ code }).expect(204)
  }

  /** Approves a change on the old phone. Returns what the page shows of the call to the new one. */
  async function approveChange(alice: Agent, phone: string): Promise<{ matchingDigits: string }> {
    asked = change(phone)
    const { code } = await listen(alice, '/change/call')
    const { body } = await alice.post('/change').send({ code }).expect(202)
    asked = payment
    return body as { matchingDigits: string }
  }

  const expectTooNew = async (alice: Agent): Promise<void> => {
    const { body } = await alice.post('/payment/call').expect(403)
    expect(body).toMatchObject({ code: 'phone-too-new' })
  }

  test('after another session got a newer code, status() says how long the next call to the new number has to wait', async () => {
    const limits = { ...callsUnlimited, enrollCallsPerPhoneTenMinutes: 1 }
    const alice = await openWithChange({ options: { limits } })
    await alice.post('/phone').expect(202)
    await signIn('alice')
    const { body } = await alice.get('/otp/status').expect(200)
    expect((body as { nextCallIn: number }).nextCallIn).toBeGreaterThan(580)
  })

  test('a new number cannot approve, also if the app does not say when it was enrolled', async () => {
    const alice = await openWithChange()
    await enroll(alice)
    await expectTooNew(alice)
  })

  test('a new number can approve at once if the old phone approved the change', async () => {
    const alice = await openWithChange({
      getPhone: ({ phone }) => ({
        phones: [{ number: phone, enrolledAt: phone === newNumber ? new Date() : null }],
      }),
    })
    const { matchingDigits } = await approveChange(alice, '+1 (202) 555-0199')
    const newCode = await (await Phone.ringing(world, newNumber)).hearCode(matchingDigits)
    await alice.post('/phone/verify').send({ code: newCode }).expect(204)
    const { phone, code } = await listen(alice)
    expect(phone.call.to).toBe(newNumber)
    await alice.post('/payment').send({ code }).expect(200)
  })

  test.each([
    ['only its last four digits', newNumber, 'to one that ends in 0 1 9 9', 503],
    ['all but its last digit', newNumber, 'to 1 2 0 2 5 5 5 0 1 9', 503],
    ['nothing of its Arabic digits', '+١٢٠٢٥٥٥٠١٩٩', 'to', 400],
    ['all but its full-width digits', '+1202555０１９９', 'to 1 2 0 2 5 5 5', 400],
  ])(
    'the change to a number of which the call would say %s costs no call',
    async (_, phone, words, status) => {
      const alice = await openWithChange()
      asked = { ...change(phone), text: `You are changing your phone number ${words}.` }
      await alice.post('/change/call').expect(status)
      expect(world.simulator.calls).toHaveLength(1)
    },
  )

  test('a new number cannot approve if the old phone approved the change to another number', async () => {
    const alice = await openWithChange()
    await approveChange(alice, '+12025550198')
    await enroll(alice)
    await expectTooNew(alice)
  })

  test('a new number cannot approve if it is enrolled a second time without an approval', async () => {
    const limits = {
      approveCallIntervalSeconds: false,
      callIntervalSeconds: false,
      enrollCallsPerPhoneTenMinutes: false,
    } as const
    const alice = await openWithChange({ options: { limits } })
    await approveChange(alice, newNumber)
    await enroll(alice)
    await enroll(alice)
    await expectTooNew(alice)
  })

  test('a new number whose change was not approved cannot approve the change to a third number', async () => {
    const alice = await openWithChange()
    await enroll(alice)
    asked = change('+12025550198')
    await alice.post('/change/call').expect(403)
  })

  test('a new number cannot approve if the old phone refused the change', async () => {
    const alice = await openWithChange()
    asked = change(newNumber)
    const { phone, code } = await listen(alice, '/change/call')
    await phone.press('0')
    await alice.post('/change').send({ code }).expect(401)
    await enroll(alice)
    asked = payment
    await expectTooNew(alice)
  })

  test('a new number cannot approve if the approval of the change is older than ten minutes', async () => {
    const store = new CounterStore(0, 0)
    const alice = await openWithChange({
      options: {
        limiter: store.factory,
        limits: { approveCallIntervalSeconds: false, callIntervalSeconds: false },
      },
    })
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    await approveChange(alice, newNumber)
    vi.setSystemTime(Date.now() + 601_000)
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    await enroll(alice)
    await expectTooNew(alice)
  })

  test('a number counts as new before the app stores it, so that a limiter that fails lets nobody approve', async () => {
    const store = new CounterStore(0, 0)
    const alice = await openWithChange({
      options: {
        limiter: store.factory,
        limits: { approveCallIntervalSeconds: false, callIntervalSeconds: false },
      },
    })
    const { code } = await listen(alice, '/phone')
    store.faults['new-phone.set'] = 'rejects'
    await alice.post('/phone/verify').send({ code }).expect(503)
    expect(world.people['alice']!.phone).toBe('+12025550123')
  })

  test.each([['02025550199'], [12025550199], [undefined]])(
    'a number that is %j in the details of a change costs no call',
    async phone => {
      const alice = await openWithChange()
      asked = { ...change(phone), details: phone === undefined ? {} : { phone } }
      await alice.post('/change/call').expect(400)
      expect(world.simulator.calls).toHaveLength(1)
    },
  )

  test.each([[new Date(NaN)], ['2020-01-01'], [0]])(
    'a number that was enrolled on %j, which is no date, cannot approve',
    async enrolledAt => {
      const alice = await open({
        getPhone: ({ phone }) => ({ phones: [{ number: phone, enrolledAt }] }),
      })
      await expectTooNew(alice)
    },
  )

  test('a new number can approve with approveAfterHours: 0, whatever the app says', async () => {
    const alice = await openWithChange({
      options: { approveAfterHours: 0 },
      getPhone: ({ phone }) => ({ phones: [{ number: phone, enrolledAt: new Date() }] }),
    })
    await alice.post('/payment/call').expect(202)
    await approveChange(alice, newNumber)
    await enroll(alice)
    await alice.post('/payment/call').expect(202)
  })
})

test('key zero refuses a payment also when its code is too old to be read', async () => {
  const alice = await open()
  const { phone, code } = await listen(alice)
  world.clock.offset += 275_000
  await phone.press('0')
  expect(world.named('action.refused')).toHaveLength(1)
  await alice.post('/payment').send({ code }).expect(401)
  expect(executed).toEqual([])
})

test('kind and approve without the purpose approve are refused before anything is called', async () => {
  const forgotten = { action: 'call', kind: 'payment', approve: () => asked } as object
  const alice = await open({
    routes: (app, passport) => {
      app.post('/typo', passport.authenticate('voice-otp', forgotten) as RequestHandler)
    },
  })
  const before = world.simulator.calls.length
  await alice.post('/typo').expect(503)
  expect(world.simulator.calls).toHaveLength(before)
})
