import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { languages } from 'passport-voice-otp'
import {
  expectSecret,
  otherDigits,
  ring,
  sealedIn,
  spoken,
  unlimited,
} from '../support/telephone.js'
import { codeIn, createWorld, type World, type WorldOptions } from '../support/world.js'

const english = languages['en-US']
const german = languages['de-DE']
const question = [
  english.opening.login('Acme'),
  english.pressMatchingDigits,
  english.pressIfNotYou,
  english.pressMatchingDigits,
]

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.close())

type Agent = Awaited<ReturnType<World['logIn']>>

/** Another world in place of the usual one. */
async function open(options: WorldOptions['options']): Promise<void> {
  await world.close()
  world = await createWorld({ options })
}

/** Alice, logged in, with her telephone ringing. */
async function ringing() {
  const alice = await world.logIn('alice')
  return { alice, ...(await ring(world, alice)) }
}

const readTwice = (code: string) => [english.codeIs, spoken(code), english.onceMore, spoken(code)]
const overWithoutError = { status: 'completed', error: null, waitingFor: null }

describe('gate match', () => {
  test('who calls and why, then the question; the code is not in the call before the digits are', async () => {
    const { telephone } = await ringing()
    expect(await telephone.answer()).toEqual(question)
    expect(telephone.call.waitingFor).toMatchObject({ numDigits: 2, finishOnKey: '#' })
    expect(telephone.call.transcript[0]).toEqual({ kind: 'pause', seconds: 1 })
    const { code } = sealedIn(telephone)
    expect(code).toMatch(/^\d{6}$/)
    expectSecret(telephone, code)
  })

  test('the digits of the page: the code twice, digit by digit, and the menu; the code is good', async () => {
    const { alice, telephone, digits } = await ringing()
    await telephone.answer()
    const { code } = sealedIn(telephone)
    expect(await telephone.press(digits)).toEqual([...readTwice(code), english.menu])
    expect(
      telephone.call.transcript
        .filter(entry => entry.kind === 'say')
        .every(({ voice, language }) => voice === english.voice && language === 'en-US'),
    ).toBe(true)
    expect(await telephone.wait()).toEqual([english.goodbye])
    expect(telephone.call).toMatchObject(overWithoutError)
    await alice.post('/otp').send({ code }).expect(200)
  })

  test.each(['wrong', 'wrong123', '1', '**', '3'])(
    'other keys (%s): the call says so and ends, and the challenge is dead',
    async keys => {
      const { alice, telephone, digits } = await ringing()
      await telephone.answer()
      expect(await telephone.press(keys.replace('wrong', otherDigits(digits)))).toEqual([
        english.wrongDigits,
      ])
      expect(telephone.call).toMatchObject(overWithoutError)
      const { code } = sealedIn(telephone)
      expectSecret(telephone, code)
      await alice
        .post('/otp')
        .send({ code })
        .expect(401)
        .expect(({ body }) => {
          expect(body).toMatchObject({ code: 'code-expired' })
        })
      expect((await alice.get('/otp/status')).body).toMatchObject({ expiresIn: 0, attemptsLeft: 0 })
      expect(world.named('call.reported')).toEqual([])
    },
  )

  test.each(['', '#'])(
    'no digits (%j): the call says so and ends; nobody has heard the code, so it stays good',
    async keys => {
      const { alice, telephone } = await ringing()
      await telephone.answer()
      expect(keys === '' ? await telephone.wait() : await telephone.press(keys)).toEqual([
        english.noDigits,
      ])
      expect(telephone.call).toMatchObject(overWithoutError)
      const { code } = sealedIn(telephone)
      expectSecret(telephone, code)
      await alice.post('/otp').send({ code }).expect(200)
    },
  )

  test.each([
    ['0 at the question', ['0']],
    ['00 at the question', ['00']],
    ['0 after the code', ['right', '0']],
  ])('%s: dead, told to the app, and no call for ten minutes', async (_, keys) => {
    const { alice, telephone, digits } = await ringing()
    await telephone.answer()
    let said: readonly string[] = []
    for (const each of keys) said = await telephone.press(each === 'right' ? digits : each)
    expect(said).toEqual([english.reported])
    expect(telephone.call).toMatchObject(overWithoutError)
    expect(world.named('call.reported')).toEqual([
      { userId: 'alice', purpose: 'login', callSid: telephone.sid },
    ])
    expect((await alice.get('/otp/status').expect(200)).body).toMatchObject({
      call: 'reported',
      expiresIn: 0,
      nextCallIn: 600,
      attemptsLeft: 0,
    })
    await alice
      .post('/otp')
      .send({ code: sealedIn(telephone).code })
      .expect(401)
      .expect(({ body }) => {
        expect(body).toMatchObject({ code: 'code-expired' })
      })

    // Another session of whoever knows the password is as unwelcome.
    const again = await (await world.logIn('alice')).post('/otp/call').expect(429)
    expect(again.body).toEqual({
      code: 'reported',
      message: 'The last call was reported as unwanted. Wait before you ask for another.',
      retryAfter: expect.any(Number),
    })
    expect((again.body as { retryAfter: number }).retryAfter).toBeGreaterThan(540)
    expect(again.headers['retry-after']).toBe(
      String((again.body as { retryAfter: number }).retryAfter),
    )
    expect(world.simulator.calls).toHaveLength(1)
    expect(world.named('code.blocked')).toEqual([
      { userId: 'alice', purpose: 'login', code: 'reported', limit: 'reportedSeconds' },
    ])
  })

  test('a report hits its user alone, and unlock() lifts it', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const { alice, telephone } = await ringing()
    await telephone.answer()
    await telephone.press('0')
    await world.hearCode(await world.logIn('bob'))
    await alice.post('/otp/call').expect(429)
    await world.strategy.unlock('alice')
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
  })
})

describe('after the code', () => {
  async function heard() {
    const { alice, telephone, digits } = await ringing()
    await telephone.answer()
    await telephone.press(digits)
    const { code } = sealedIn(telephone)
    return { alice, telephone, code }
  }

  test('1 reads it again, and the second repeat is the last: without a question', async () => {
    const { alice, telephone, code } = await heard()
    expect(await telephone.press('1')).toEqual([english.codeIs, spoken(code), english.menu])
    expect(await telephone.press('1')).toEqual([english.codeIs, spoken(code), english.goodbye])
    expect(telephone.call).toMatchObject(overWithoutError)
    expect(telephone.call.webhooks).toHaveLength(4)
    await alice.post('/otp').send({ code }).expect(200)
  })

  test('2 reads it slowly: each digit a sentence, with a second after it', async () => {
    const { telephone, code } = await heard()
    expect(await telephone.press('2')).toEqual([english.codeIs, ...Array.from(code), english.menu])
    const { transcript } = telephone.call
    const slowly = transcript.slice(
      transcript.findLastIndex(entry => entry.kind === 'say' && entry.text === english.codeIs) + 1,
      transcript.findLastIndex(entry => entry.kind === 'gather'),
    )
    expect(slowly.map(entry => entry.kind)).toEqual(
      Array.from(code).flatMap(() => ['say', 'pause']),
    )
    expect(await telephone.press('2')).toEqual([
      english.codeIs,
      ...Array.from(code),
      english.goodbye,
    ])
    expect(telephone.call).toMatchObject(overWithoutError)
  })

  test.each(['3', '4', '9', '*'])(
    'any other key (%s) ends the call, and the code stays good',
    async key => {
      const { alice, telephone, code } = await heard()
      expect(await telephone.press(key)).toEqual([english.goodbye])
      expect(telephone.call).toMatchObject(overWithoutError)
      await alice.post('/otp').send({ code }).expect(200)
    },
  )

  test('every question has an address of its own, and the last reading has none', async () => {
    const { telephone } = await heard()
    await telephone.press('1')
    await telephone.press('2')
    const urls = telephone.call.webhooks.map(({ url }) => url)
    expect(new Set(urls).size).toBe(4)
    expect(telephone.call.webhooks.at(-1)!.body).not.toContain('action=')
  })
})

describe('gate any', () => {
  beforeEach(() => open({ numberMatching: 'any-key' }))

  test('one key opens, nothing does not, 0 reports; the page shows no digits', async () => {
    const { alice, telephone, digits } = await ringing()
    expect(digits).toBe('')
    expect(await telephone.answer()).toEqual([
      english.opening.login('Acme'),
      english.pressAnyKey,
      english.pressIfNotYou,
      english.pressAnyKey,
    ])
    expect(telephone.call.waitingFor).toMatchObject({ numDigits: 1 })
    const { code } = sealedIn(telephone)
    expectSecret(telephone, code)
    expect(await telephone.press('1')).toEqual([...readTwice(code), english.menu])
    expect(await telephone.press('2')).toEqual([english.codeIs, ...Array.from(code), english.menu])
    await alice.post('/otp').send({ code }).expect(200)
  })

  test.each([
    ['nothing', undefined, english.noDigits],
    ['0', '0', english.reported],
    ['#', '#', english.noDigits],
  ])('%s: no code', async (_, key, said) => {
    const { telephone } = await ringing()
    await telephone.answer()
    expect(key === undefined ? await telephone.wait() : await telephone.press(key)).toEqual([said])
    expect(telephone.call).toMatchObject(overWithoutError)
    expectSecret(telephone, sealedIn(telephone).code)
  })

  test('3 is another language where there is one, and the key that opens where there is none', async () => {
    const { telephone } = await ringing()
    await telephone.answer()
    expect(codeIn(await telephone.press('3'))).toBe(sealedIn(telephone).code)
    await open({ numberMatching: 'any-key', locale: ['en-US', 'de-DE'] })
    const { telephone: other } = await ringing()
    await other.answer()
    expect((await other.press('3'))[0]).toBe(german.opening.login('Acme'))
    expectSecret(other, sealedIn(other).code)
  })
})

describe('gate none', () => {
  test('the plain call: who calls, the code twice, goodbye, and not a question', async () => {
    await open({ numberMatching: false })
    const { alice, telephone, digits } = await ringing()
    expect(digits).toBe('')
    const { code } = sealedIn(telephone)
    expect(await telephone.answer()).toEqual([
      english.opening.login('Acme'),
      ...readTwice(code),
      english.goodbye,
    ])
    expect(telephone.call).toMatchObject(overWithoutError)
    expect(telephone.call.webhooks).toHaveLength(1)
    await alice.post('/otp').send({ code }).expect(200)
  })
})

describe('too late', () => {
  test('a call that is answered after its code has expired says so, and nothing else', async () => {
    const { telephone } = await ringing()
    world.clock.offset += 300_000
    expect(await telephone.answer()).toEqual([english.expired])
    expect(telephone.call).toMatchObject(overWithoutError)
    expectSecret(telephone, sealedIn(telephone).code)
  })

  test.each([
    ['the question', []],
    ['the code', ['right']],
    ['a repeat', ['right', '1']],
  ])('with less than 30 s left, %s is not begun; with 30 s it is', async (what, keys) => {
    for (const [secondsLeft, isRead] of [
      [29.999, false],
      [30, true],
    ] as const) {
      await open({})
      const start = Date.now()
      world.clock.now = () => start + world.clock.offset
      const { telephone, digits } = await ringing()
      const { code } = sealedIn(telephone)
      let act = () => telephone.answer()
      for (const key of keys) {
        await act()
        act = () => telephone.press(key === 'right' ? digits : key)
      }
      world.clock.offset = 300_000 - secondsLeft * 1000
      const said = await act()
      if (isRead) expect(said, what).not.toContain(english.expired)
      else expect(said, what).toEqual([english.expired])
      expect(said.join(' ').includes(spoken(code)), `${what}, ${secondsLeft} s`).toBe(
        isRead && keys.length > 0,
      )
    }
  })

  test.each([
    [
      'with less than 30 s left',
      async () => {
        world.clock.offset = 280_000
      },
    ],
    [
      'in a call that a newer one has followed',
      async (alice: Agent) => {
        await ring(world, alice)
      },
    ],
  ])(
    '%s, "I did not ask for this" still counts: somebody else may know the password',
    async (_, act) => {
      await open({ limits: unlimited })
      const { alice, telephone } = await ringing()
      await telephone.answer()
      await act(alice)
      await telephone.press('0')
      expect(world.named('call.reported')).toMatchObject([
        { userId: 'alice', callSid: telephone.sid },
      ])
      await alice.post('/otp/call').expect(429)
    },
  )

  test('an older call that is answered after a newer one says so, without the code, and the newer stays good', async () => {
    await open({ limits: unlimited })
    const { alice, telephone: older } = await ringing()
    const { telephone: newer, digits } = await ring(world, alice)
    expect(await older.answer()).toEqual([english.expired])
    expectSecret(older, sealedIn(older).code)
    await newer.answer()
    await newer.press(digits)
    await alice
      .post('/otp')
      .send({ code: codeIn(newer.call.heard) })
      .expect(200)
  })

  test.each([
    ['at its question', []],
    ['at its menu', ['right']],
  ])('a newer call ends an older one %s', async (_, keys) => {
    await open({ limits: unlimited })
    const { alice, telephone: older, digits } = await ringing()
    await older.answer()
    for (const key of keys) await older.press(key === 'right' ? digits : key)
    await ring(world, alice)
    expect(await older.press(keys.length === 0 ? digits : '1')).toEqual([english.expired])
    expect(older.call).toMatchObject(overWithoutError)
  })

  test('a logout ends the call, and so does the code, once used', async () => {
    const { alice, telephone, digits } = await ringing()
    await telephone.answer()
    await alice.post('/logout').expect(200)
    expect(await telephone.press(digits)).toEqual([english.expired])

    const bob = await world.logIn('bob')
    const { telephone: bobs, digits: bobsDigits } = await ring(world, bob)
    await bobs.answer()
    await bobs.press(bobsDigits)
    await bob
      .post('/otp')
      .send({ code: codeIn(bobs.call.heard) })
      .expect(200)
    expect(await bobs.press('1')).toEqual([english.expired])
  })
})
