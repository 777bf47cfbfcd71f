import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { languages } from 'passport-voice-otp'
import { english, readTwice } from '../support/english.js'
import { otherDigits, spoken } from '../support/phone.js'
import { expectSecret, sealedIn } from '../support/webhooks.js'
import {
  codeIn,
  createWorld,
  type World,
  type WorldOptions,
  ring,
  unlimited,
} from '../support/world.js'

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

/** Replaces the world by one with other options. */
async function open(options: WorldOptions['options']): Promise<void> {
  await world.close()
  world = await createWorld({ options })
}

/** Alice, logged in, with her phone ringing. */
async function ringing() {
  const alice = await world.logIn('alice')
  return { alice, ...(await ring(world, alice)) }
}

const overWithoutError = { status: 'completed', error: null, waitingFor: null }

describe('a call with number matching', () => {
  test('a call says who calls and why and asks for the digits; it holds no code before they are pressed', async () => {
    const { phone } = await ringing()
    expect(await phone.answer()).toEqual(question)
    expect(phone.call.waitingFor).toMatchObject({ numDigits: 2, finishOnKey: '#' })
    expect(phone.call.transcript[0]).toEqual({ kind: 'pause', seconds: 1 })
    const { code } = sealedIn(phone)
    expect(code).toMatch(/^\d{6}$/)
    expectSecret(phone, code)
  })

  test('after the digits on the page, the call reads the code twice and the menu, and this code logs in', async () => {
    const { alice, phone, digits } = await ringing()
    await phone.answer()
    const { code } = sealedIn(phone)
    expect(await phone.press(digits)).toEqual([...readTwice(code), english.menu])
    expect(
      phone.call.transcript
        .filter(entry => entry.kind === 'say')
        .every(({ voice, language }) => voice === english.voice && language === 'en-US'),
    ).toBe(true)
    expect(await phone.wait()).toEqual([english.goodbye])
    expect(phone.call).toMatchObject(overWithoutError)
    await alice.post('/otp').send({ code }).expect(200)
  })

  test.each(['wrong', 'wrong123', '1', '**', '3'])(
    'other keys than the digits on the page (%s) end the call, and its code is not accepted',
    async keys => {
      const { alice, phone, digits } = await ringing()
      await phone.answer()
      expect(await phone.press(keys.replace('wrong', otherDigits(digits)))).toEqual([
        english.wrongDigits,
      ])
      expect(phone.call).toMatchObject(overWithoutError)
      const { code } = sealedIn(phone)
      expectSecret(phone, code)
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
    'without digits (%j) a call asks once more, then it ends; its code stays valid',
    async keys => {
      const { alice, phone } = await ringing()
      await phone.answer()
      const continueCall = () => (keys === '' ? phone.wait() : phone.press(keys))
      expect(await continueCall()).toEqual([
        english.opening.login('Acme'),
        english.pressMatchingDigits,
        english.pressIfNotYou,
      ])
      expect(await continueCall()).toEqual([english.noDigits])
      expect(phone.call).toMatchObject(overWithoutError)
      const { code } = sealedIn(phone)
      expectSecret(phone, code)
      await alice.post('/otp').send({ code }).expect(200)
    },
  )

  test.each([
    ['after silence', undefined],
    ['after the key #', '#'],
  ])('the digits on the page start the reading %s too', async (_, first) => {
    const { alice, phone, digits } = await ringing()
    await phone.answer()
    if (first === undefined) await phone.wait()
    else await phone.press(first)
    const { code } = sealedIn(phone)
    expect(await phone.press(digits)).toEqual([...readTwice(code), english.menu])
    await alice.post('/otp').send({ code }).expect(200)
  })

  test('a person who joins 30 seconds late hears who calls and the question again', async () => {
    const { phone, digits } = await ringing()
    const said = await phone.answer()
    // An assistant that screens the call is shown the first words.
    expect(said[0]).toBe(english.opening.login('Acme'))
    const late = phone.call.durationMs
    expect(await phone.wait()).toEqual([
      english.opening.login('Acme'),
      english.pressMatchingDigits,
      english.pressIfNotYou,
    ])
    expect(phone.call.durationMs).toBeGreaterThan(late + 10_000)
    expect(codeIn(await phone.press(digits))).toBe(sealedIn(phone).code)
  })

  test('a call to which nobody answers lasts 40 to 120 seconds from pick-up to goodbye', async () => {
    const { phone } = await ringing()
    await phone.answer()
    await phone.wait()
    await phone.wait()
    expect(phone.call).toMatchObject(overWithoutError)
    expect(phone.call.durationMs).toBeGreaterThan(40_000)
    expect(phone.call.durationMs).toBeLessThan(120_000)
  })

  test.each([
    ['zero at the question', ['0']],
    ['zero twice at the question', ['00']],
    ['zero after the code', ['right', '0']],
  ])(
    'key zero (%s) ends the challenge, is reported to the app and stops calls for ten minutes',
    async (_, keys) => {
      const { alice, phone, digits } = await ringing()
      await phone.answer()
      let said: readonly string[] = []
      for (const each of keys) said = await phone.press(each === 'right' ? digits : each)
      expect(said).toEqual([english.reported])
      expect(phone.call).toMatchObject(overWithoutError)
      expect(world.named('call.reported')).toEqual([
        { userId: 'alice', purpose: 'login', callSid: phone.sid },
      ])
      expect((await alice.get('/otp/status').expect(200)).body).toMatchObject({
        call: 'reported',
        expiresIn: 0,
        nextCallIn: 600,
        attemptsLeft: 0,
      })
      await alice
        .post('/otp')
        .send({ code: sealedIn(phone).code })
        .expect(401)
        .expect(({ body }) => {
          expect(body).toMatchObject({ code: 'code-expired' })
        })

      // Another session with the same password cannot ask for a call either.
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
        {
          userId: 'alice',
          purpose: 'login',
          country: 'US',
          code: 'reported',
          limit: 'reportedSeconds',
          retryAfter: expect.any(Number),
        },
      ])
    },
  )

  test('a report of key zero stops calls to this user only, and unlock() allows them again', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const { alice, phone } = await ringing()
    await phone.answer()
    await phone.press('0')
    await world.hearCode(await world.logIn('bob'))
    await alice.post('/otp/call').expect(429)
    await world.strategy.unlock('alice')
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
  })
})

describe('the menu after the code', () => {
  async function heard() {
    const { alice, phone, digits } = await ringing()
    await phone.answer()
    await phone.press(digits)
    const { code } = sealedIn(phone)
    return { alice, phone, code }
  }

  test('key one repeats the code, twice at most; the last time there is no menu', async () => {
    const { alice, phone, code } = await heard()
    expect(await phone.press('1')).toEqual([english.codeIs, spoken(code), english.menu])
    expect(await phone.press('1')).toEqual([english.codeIs, spoken(code), english.goodbye])
    expect(phone.call).toMatchObject(overWithoutError)
    expect(phone.call.webhooks).toHaveLength(4)
    await alice.post('/otp').send({ code }).expect(200)
  })

  test('key two reads the code slowly, with a second of silence after each digit', async () => {
    const { phone, code } = await heard()
    expect(await phone.press('2')).toEqual([english.codeIs, ...Array.from(code), english.menu])
    const { transcript } = phone.call
    const slowly = transcript.slice(
      transcript.findLastIndex(entry => entry.kind === 'say' && entry.text === english.codeIs) + 1,
      transcript.findLastIndex(entry => entry.kind === 'gather'),
    )
    expect(slowly.map(entry => entry.kind)).toEqual(
      Array.from(code).flatMap(() => ['say', 'pause']),
    )
    expect(await phone.press('2')).toEqual([english.codeIs, ...Array.from(code), english.goodbye])
    expect(phone.call).toMatchObject(overWithoutError)
  })

  test.each(['3', '4', '9', '*'])(
    'another key at the menu (%s) ends the call, and the code stays valid',
    async key => {
      const { alice, phone, code } = await heard()
      expect(await phone.press(key)).toEqual([english.goodbye])
      expect(phone.call).toMatchObject(overWithoutError)
      await alice.post('/otp').send({ code }).expect(200)
    },
  )

  test('every question of a call has a URL of its own, and the last reading has none', async () => {
    const { phone } = await heard()
    await phone.press('1')
    await phone.press('2')
    const urls = phone.call.webhooks.map(({ url }) => url)
    expect(new Set(urls).size).toBe(4)
    expect(phone.call.webhooks.at(-1)!.body).not.toContain('action=')
  })
})

describe("a call with numberMatching: 'any-key'", () => {
  beforeEach(() => open({ numberMatching: 'any-key' }))

  test("with numberMatching: 'any-key', one key starts the reading, and the page shows no digits", async () => {
    const { alice, phone, digits } = await ringing()
    expect(digits).toBe('')
    expect(await phone.answer()).toEqual([
      english.opening.login('Acme'),
      english.pressAnyKey,
      english.pressIfNotYou,
      english.pressAnyKey,
    ])
    expect(phone.call.waitingFor).toMatchObject({ numDigits: 1 })
    const { code } = sealedIn(phone)
    expectSecret(phone, code)
    expect(await phone.press('1')).toEqual([...readTwice(code), english.menu])
    expect(await phone.press('2')).toEqual([english.codeIs, ...Array.from(code), english.menu])
    await alice.post('/otp').send({ code }).expect(200)
  })

  test.each([
    ['silence', undefined, english.noDigits],
    ['key zero', '0', english.reported],
    ['the key #', '#', english.noDigits],
  ])(
    "with numberMatching: 'any-key', the call does not read the code after %s",
    async (_, key, said) => {
      const { phone } = await ringing()
      await phone.answer()
      const continueCall = () => (key === undefined ? phone.wait() : phone.press(key))
      // Without a key, or with # first, the question is asked again.
      if (said === english.noDigits)
        expect((await continueCall())[0]).toBe(english.opening.login('Acme'))
      expect(await continueCall()).toEqual([said])
      expect(phone.call).toMatchObject(overWithoutError)
      expectSecret(phone, sealedIn(phone).code)
    },
  )

  test("with numberMatching: 'any-key', key three switches to another language if there is one", async () => {
    const { phone } = await ringing()
    await phone.answer()
    expect(codeIn(await phone.press('3'))).toBe(sealedIn(phone).code)
    await open({ numberMatching: 'any-key', locale: ['en-US', 'de-DE'] })
    const { phone: other } = await ringing()
    await other.answer()
    expect((await other.press('3'))[0]).toBe(german.opening.login('Acme'))
    expectSecret(other, sealedIn(other).code)
  })
})

describe('a call with numberMatching: false', () => {
  test('with numberMatching: false, a call says who calls, the code twice and goodbye, and asks nothing', async () => {
    await open({ numberMatching: false })
    const { alice, phone, digits } = await ringing()
    expect(digits).toBe('')
    const { code } = sealedIn(phone)
    expect(await phone.answer()).toEqual([
      english.opening.login('Acme'),
      ...readTwice(code),
      english.goodbye,
    ])
    expect(phone.call).toMatchObject(overWithoutError)
    expect(phone.call.webhooks).toHaveLength(1)
    await alice.post('/otp').send({ code }).expect(200)
  })
})

describe('a call whose code is no longer valid', () => {
  test('a call that is answered after its code has expired says so and nothing else', async () => {
    const { phone } = await ringing()
    world.clock.offset += 300_000
    expect(await phone.answer()).toEqual([english.expired])
    expect(phone.call).toMatchObject(overWithoutError)
    expectSecret(phone, sealedIn(phone).code)
  })

  test.each([
    ['the question', []],
    ['the code', ['right']],
    ['a repeat', ['right', '1']],
  ])('%s is started only if the code is valid for 30 seconds or more', async (what, keys) => {
    for (const [secondsLeft, isRead] of [
      [29.999, false],
      [30, true],
    ] as const) {
      await open({})
      const start = Date.now()
      world.clock.now = () => start + world.clock.offset
      const { phone, digits } = await ringing()
      const { code } = sealedIn(phone)
      let act = () => phone.answer()
      for (const key of keys) {
        await act()
        act = () => phone.press(key === 'right' ? digits : key)
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
      'in the last 30 seconds of the code',
      async () => {
        world.clock.offset = 280_000
      },
    ],
    [
      'in a call that a newer call has replaced',
      async (alice: Agent) => {
        await ring(world, alice)
      },
    ],
  ])('%s, key zero still counts, as somebody else may know the password', async (_, act) => {
    await open({ limits: unlimited })
    const { alice, phone } = await ringing()
    await phone.answer()
    await act(alice)
    await phone.press('0')
    expect(world.named('call.reported')).toMatchObject([{ userId: 'alice', callSid: phone.sid }])
    await alice.post('/otp/call').expect(429)
  })

  test('an older call that is answered after a newer one holds no code, and the newer code stays valid', async () => {
    await open({ limits: unlimited })
    const { alice, phone: older } = await ringing()
    const { phone: newer, digits } = await ring(world, alice)
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
  ])('a newer call ends an older call that is %s', async (_, keys) => {
    await open({ limits: unlimited })
    const { alice, phone: older, digits } = await ringing()
    await older.answer()
    for (const key of keys) await older.press(key === 'right' ? digits : key)
    await ring(world, alice)
    expect(await older.press(keys.length === 0 ? digits : '1')).toEqual([english.expired])
    expect(older.call).toMatchObject(overWithoutError)
  })

  test('after a logout, and after its code was used, a call does not read the code again', async () => {
    const { alice, phone, digits } = await ringing()
    await phone.answer()
    await alice.post('/logout').expect(200)
    expect(await phone.press(digits)).toEqual([english.expired])

    const bob = await world.logIn('bob')
    const { phone: bobs, digits: bobsDigits } = await ring(world, bob)
    await bobs.answer()
    await bobs.press(bobsDigits)
    await bob
      .post('/otp')
      .send({ code: codeIn(bobs.call.heard) })
      .expect(200)
    expect(await bobs.press('1')).toEqual([english.expired])
  })
})
