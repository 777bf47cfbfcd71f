import { afterEach, describe, expect, test } from 'vitest'
import type { PhoneChoice, PhoneEntry } from 'passport-voice-otp'
import { choiceRoutes } from '../support/choices.js'
import { Phone } from '../support/phone.js'
import {
  withCode,
  codeIn,
  createWorld,
  type World,
  type WorldOptions,
  unlimited,
} from '../support/world.js'

const home: PhoneEntry = { number: '+12025550123', label: 'home' }
const office: PhoneEntry = { number: '+1 (202) 555-0199', label: 'office', extension: '42' }
const desk: PhoneEntry = { number: '+12025550199', extension: '43' }

let world: World
/** What `getPhone` returns for each user. */
let records: Record<string, unknown>
afterEach(() => world.close())

type Agent = Awaited<ReturnType<World['logIn']>>
const list = (...phones: unknown[]) => ({ phones })

async function open(
  given: Record<string, unknown> = { alice: list(home, office, desk) },
  options: WorldOptions['options'] = {},
): Promise<Agent> {
  records = given
  world = await createWorld({ options, getPhone: ({ id }) => records[id], routes: choiceRoutes })
  return world.logIn('alice')
}

const numbersOf = async (agent: Agent): Promise<readonly PhoneChoice[]> =>
  (await agent.get('/numbers').expect(200)).body as PhoneChoice[]
const idsOf = async (agent: Agent): Promise<readonly string[]> =>
  (await numbersOf(agent)).map(({ id }) => id)

/**
 * Asks for a call. Returns the number that is called, and the digits that are dialled after the
 * answer.
 */
async function dialled(
  agent: Agent,
  phone?: unknown,
): Promise<readonly [to: string, sendDigits: string | null]> {
  await agent.post('/otp/call').send({ phone }).expect(202)
  const { to, sendDigits } = new Phone(world).call
  return [to, sendDigits]
}

/** Asks for a call to a phone. Returns the code that the call reads out. */
async function hearAt(agent: Agent, phone?: string): Promise<string> {
  const { body } = (await agent.post('/otp/call').send({ phone }).expect(202)) as {
    body: { matchingDigits: string }
  }
  return world.answerAndListen(body.matchingDigits)
}

describe('several phones', () => {
  test('phones are listed masked and with their labels, and the first is called by default', async () => {
    const alice = await open()
    expect(await numbersOf(alice)).toEqual([
      { id: expect.any(String), label: 'home', phone: '••• ••• ••23' },
      { id: expect.any(String), label: 'office', phone: '••• ••• ••99' },
      { id: expect.any(String), phone: '••• ••• ••99' },
    ])
    expect(await dialled(alice)).toEqual(['+12025550123', null])
  })

  test.each([
    [0, ['+12025550123', null]],
    [1, ['+12025550199', 'wwww42']],
    [2, ['+12025550199', 'wwww43']],
  ])(
    'phone %i is called when the user chooses it, and its extension is dialled after two seconds',
    async (index, expected) => {
      const alice = await open()
      expect(await dialled(alice, (await idsOf(alice))[index])).toEqual(expected)
    },
  )

  test('a code from the chosen phone is accepted, and the page shows which phone was called', async () => {
    const alice = await open()
    const [, office] = await idsOf(alice)
    const { body } = (await alice.post('/otp/call').send({ phone: office }).expect(202)) as {
      body: { phone: string; matchingDigits: string }
    }
    expect(body.phone).toBe('••• ••• ••99')
    await alice
      .post('/otp')
      .send({ code: await world.answerAndListen(body.matchingDigits) })
      .expect(200)
    await alice.get('/account').expect(200)
  })

  test('the ids of phones reveal neither the number nor that two users share it', async () => {
    const alice = await open({ alice: list(home, office, desk), bob: list(home, desk) })
    const [ids, bobs] = [await idsOf(alice), await idsOf(await world.logIn('bob'))]
    expect(new Set([...ids, ...bobs]).size).toBe(5)
    for (const id of [...ids, ...bobs]) {
      expect(id).toMatch(/^[\w-]{16}$/)
      expect(id).not.toMatch(/5550|0123|0199/)
    }
    // The ids stay the same, so that a form may be submitted long after the page was loaded.
    expect(await idsOf(alice)).toEqual(ids)
  })

  test('phones are listed only after the first factor', async () => {
    const alice = await open()
    expect(await numbersOf(world.browser())).toEqual([])
    await alice
      .post('/otp')
      .send({ code: await hearAt(alice) })
      .expect(200)
    expect(await numbersOf(alice)).toHaveLength(3)
    await alice.post('/logout').expect(200)
    expect(await numbersOf(alice)).toEqual([])
  })

  test.each([
    ['a single number', '+12025550123', [{ id: expect.any(String), phone: '••• ••• ••23' }]],
    ['no number on record', null, []],
  ])('the list of phones for %s', async (_, record, expected) => {
    const alice = await open({ alice: record })
    expect(await numbersOf(alice)).toEqual(expected)
  })
})

describe('the phone that a request chooses', () => {
  test.each([
    ['text'],
    ['+12025550123'],
    ['0'],
    ['undefined'],
    [0],
    [null],
    [true],
    [{}],
    [[]],
    [['+12025550123']],
    ['a'.repeat(50)],
    ['__proto__'],
  ])('the choice %j is refused, nobody is called, and nothing is counted', async phone => {
    const alice = await open()
    await alice.post('/otp/call').send({ phone }).expect(400, {
      code: 'choice-unknown',
      message: 'Choose one of the options on the page.',
    })
    expect(world.simulator.calls).toHaveLength(0)
    expect(world.named('code.blocked')).toEqual([
      { userId: 'alice', purpose: 'login', code: 'choice-unknown' },
    ])
    expect(await dialled(alice)).toEqual(['+12025550123', null])
  })

  test('the phone of another user is refused, even if it has the same number', async () => {
    const alice = await open({ alice: list(home), bob: list(home, office) })
    for (const id of await idsOf(await world.logIn('bob')))
      await alice
        .post('/otp/call')
        .send({ phone: id })
        .expect(400)
        .expect(withCode('choice-unknown'))
    expect(world.simulator.calls).toHaveLength(0)
  })

  test('a phone that was removed in the meantime is refused', async () => {
    const alice = await open()
    const [, office] = await idsOf(alice)
    records['alice'] = list(home)
    await alice
      .post('/otp/call')
      .send({ phone: office })
      .expect(400)
      .expect(withCode('choice-unknown'))
  })

  test.each(['sms', 'hosted-call', 'hosted-sms'] as const)(
    'a phone with an extension is refused for %s, because only a call can dial an extension',
    async channel => {
      const alice = await open(
        { alice: list(office, home) },
        { channels: ['call', 'sms', 'hosted-call', 'hosted-sms'] },
      )
      const [withExtension, without] = await idsOf(alice)
      for (const phone of [withExtension, undefined])
        await alice
          .post('/otp/call')
          .send({ phone, channel })
          .expect(400)
          .expect(withCode('choice-unknown'))
      expect(world.simulator.requests).toEqual([])
      await alice.post('/otp/call').send({ phone: without, channel }).expect(202)
    },
  )

  test.each([[''], [undefined]])('the empty choice %j means the first phone', async phone => {
    const alice = await open()
    expect(await dialled(alice, phone)).toEqual(['+12025550123', null])
  })
})

test('a code is refused once no number is on record', async () => {
  const alice = await open({ alice: '+12025550123' })
  const code = await hearAt(alice)
  records['alice'] = null
  await alice.post('/otp').send({ code }).expect(401).expect(withCode('code-expired'))
  records['alice'] = '+12025550123'
  await alice.post('/otp').send({ code }).expect(401).expect(withCode('no-challenge'))
})

describe('listPhones()', () => {
  test('listPhones() is empty if no number on record is valid', async () => {
    const alice = await open({ alice: list({ number: 'none' }, { number: '+1202555HELP' }) })
    expect(await numbersOf(alice)).toEqual([])
  })

  test('listPhones() is an error if getPhone returns undefined', async () => {
    const alice = await open({ alice: undefined })
    await alice.get('/numbers').expect(503).expect(withCode('phone-lookup-failed'))
  })
})

test('a getPhone that returns { numbers } is an error that names the right property', async () => {
  const alice = await open({ alice: { numbers: ['+12025550123'] } })
  const { body } = await alice.post('/otp/call').expect(503)
  expect((body as { message: string }).message).toContain('there is no such property. Use phones.')
})

test.each<[string, unknown]>([
  ['a number that is not text', { number: 42 }],
  ['an extension that is a number', { number: '+12025550199', extension: 42 }],
  ['an extension of nine digits', { number: '+12025550199', extension: '123456789' }],
])('a code is accepted if another entry on record has %s', async (_, entry) => {
  const alice = await open({ alice: list(entry, { ...home, number: '+1 202 555 0123' }) })
  await alice
    .post('/otp')
    .send({ code: await hearAt(alice) })
    .expect(200)
})

describe('entries', () => {
  const bad: [string, unknown][] = [
    ['no number', { label: 'none' }],
    ['letters', { number: '+1202555HELP' }],
    ['no country code', { number: '2025550199' }],
    ['an extension in the number', { number: '+12025550199 ext. 42' }],
    ['a list', { number: '+12025550199,+12025550198' }],
    ['an extension of nine digits', { number: '+12025550199', extension: '123456789' }],
    ['an empty extension', { number: '+12025550199', extension: '' }],
    ['waits in the extension', { number: '+12025550199', extension: '1w2' }],
    ['a star in the extension', { number: '+12025550199', extension: '*9' }],
    ['digits of another script', { number: '+12025550199', extension: '٤٢' }],
    ['a line break', { number: '+12025550199', extension: '42\n' }],
  ]

  test.each(bad)('an entry with %s is skipped', async (_, entry) => {
    const alice = await open({ alice: list(entry, home) })
    expect((await numbersOf(alice)).map(({ phone }) => phone)).toEqual(['••• ••• ••23'])
    expect(await dialled(alice)).toEqual(['+12025550123', null])
  })

  test.each(bad)(
    'a record with only an entry with %s is refused as not valid',
    async (_, entry) => {
      const alice = await open({ alice: list(entry) })
      await alice.post('/otp/call').expect(403).expect(withCode('phone-invalid'))
      expect(world.simulator.calls).toHaveLength(0)
    },
  )

  test.each(['1', '00', '12345678'])(
    'an extension of one to eight digits is dialled: %s',
    async extension => {
      const alice = await open({ alice: list({ number: '+12025550123', extension }) })
      expect(await dialled(alice)).toEqual(['+12025550123', `wwww${extension}`])
    },
  )

  test('a phone that may not be called is listed and refused, and the others may still be called', async () => {
    const alice = await open({ alice: list({ number: '+442079460000', label: 'London' }, home) })
    const [london, washington] = await idsOf(alice)
    await alice
      .post('/otp/call')
      .send({ phone: london })
      .expect(403)
      .expect(withCode('destination-blocked'))
    expect(await dialled(alice, washington)).toEqual(['+12025550123', null])
  })

  test.each([
    ['an empty list', list()],
    ['no list', {}],
    ['a list with null', list(null)],
    ['a list of texts', list('+12025550123')],
    ['phones that are not a list', { phones: '+12025550123' }],
  ])('%s on record is an error, and does not permit an enrollment', async (_, record) => {
    const alice = await open({ alice: record })
    await alice.post('/otp/call').expect(503).expect(withCode('phone-lookup-failed'))
    await alice
      .post('/enroll/call')
      .send({ phone: '+12025550177' })
      .expect(503)
      .expect(withCode('phone-lookup-failed'))
    expect(world.simulator.calls).toHaveLength(0)
  })
})

describe('between call and code', () => {
  test('a code is refused after its phone was removed, even if the phone comes back', async () => {
    const alice = await open()
    const code = await hearAt(alice, (await idsOf(alice))[1])
    records['alice'] = list(home, desk)
    await alice.post('/otp').send({ code }).expect(401).expect(withCode('code-expired'))
    records['alice'] = list(home, office, desk)
    await alice.post('/otp').send({ code }).expect(401)
    await alice.get('/account').expect(401)
  })

  test('a code is accepted after other phones were removed, added or reordered', async () => {
    const alice = await open()
    const code = await hearAt(alice, (await idsOf(alice))[1])
    records['alice'] = list({ number: '+12025550188' }, { ...office, label: 'renamed' })
    await alice.post('/otp').send({ code }).expect(200)
  })

  test('a code is refused after the extension of its phone changed', async () => {
    const alice = await open({ alice: list(office) })
    const code = await hearAt(alice)
    records['alice'] = list({ ...office, extension: '43' })
    await alice.post('/otp').send({ code }).expect(401).expect(withCode('code-expired'))
  })
})

describe('limits', () => {
  const people = {
    alice: list(office),
    bob: list(desk),
    dave: list({ ...office, label: 'the same phone of another user' }),
  }

  test('calls to one phone are 60 seconds apart for all users, and another extension is another phone', async () => {
    const alice = await open(people)
    await dialled(alice)
    await dialled(await world.logIn('bob'))
    await (
      await world.logIn('dave')
    )
      .post('/otp/call')
      .expect(429)
      .expect(withCode('too-many-calls'))
    expect(world.named('code.blocked')).toEqual([
      {
        userId: 'dave',
        purpose: 'login',
        country: 'US',
        code: 'too-many-calls',
        limit: 'callIntervalSeconds',
        retryAfter: expect.any(Number),
      },
    ])
  })

  test('the limit of ten minutes counts each extension separately', async () => {
    const alice = await open(people, { limits: { ...unlimited, callsPerPhoneTenMinutes: 2 } })
    await dialled(alice)
    await dialled(alice)
    await (await world.logIn('dave')).post('/otp/call').expect(429)
    expect(world.named('code.blocked')).toMatchObject([{ limit: 'callsPerPhoneTenMinutes' }])
    expect(await dialled(await world.logIn('bob'))).toEqual(['+12025550199', 'wwww43'])
  })

  test('the limit of a day counts all extensions of a number together', async () => {
    const many = Array.from({ length: 100 }, (_, index) => ({
      number: '+12025550199',
      extension: String(index),
    }))
    const alice = await open(
      { alice: list(...many) },
      { limits: { ...unlimited, callsPerPhoneDay: 10 } },
    )
    const ids = await idsOf(alice)
    const statuses: number[] = []
    for (const id of ids.slice(0, 20))
      statuses.push((await alice.post('/otp/call').send({ phone: id })).status)
    expect(statuses).toEqual([...Array<number>(10).fill(202), ...Array<number>(10).fill(429)])
    expect(world.named('code.blocked')[0]).toMatchObject({ limit: 'callsPerPhoneDay' })
  })

  test('all phones of a user share one interval', async () => {
    const alice = await open()
    const [, second] = await idsOf(alice)
    await dialled(alice)
    await alice
      .post('/otp/call')
      .send({ phone: second })
      .expect(429)
      .expect(withCode('too-many-calls'))
  })
})

describe('enroll', () => {
  test('a pending user with phones on record may not enroll another', async () => {
    const alice = await open()
    for (const phone of ['+12025550177', (await idsOf(alice))[1]])
      await alice
        .post('/enroll/call')
        .send({ phone })
        .expect(403)
        .expect(withCode('enroll-forbidden'))
    expect(world.simulator.calls).toHaveLength(0)
  })

  test('a user who passed both factors enrolls a new number', async () => {
    const alice = await open(undefined, {
      limits: unlimited,
      onEnroll: ({ id }, phone) => {
        records[id] = list(home, { number: phone, label: 'new' })
      },
    })
    await alice
      .post('/otp')
      .send({ code: await hearAt(alice) })
      .expect(200)
    const { body } = (await alice
      .post('/enroll/call')
      .send({ phone: '+12025550177' })
      .expect(202)) as { body: { matchingDigits: string } }
    expect(new Phone(world).call).toMatchObject({ to: '+12025550177', sendDigits: null })
    await world.answerAndListen(body.matchingDigits)
    const response = await alice
      .post('/enroll')
      .send({ code: codeIn(new Phone(world).call.heard) })
      .expect(200)
    expect(response.body).toMatchObject({ info: { phone: '+12025550177' } })
    expect((await numbersOf(alice)).map(({ label, phone }) => [label, phone])).toEqual([
      ['home', '••• ••• ••23'],
      ['new', '••• ••• ••77'],
    ])
  })

  test('a new number with an extension is refused', async () => {
    const alice = await open({ alice: null })
    for (const phone of ['+12025550177;ext=42', '+12025550177 x42', '+12025550177,42'])
      await alice
        .post('/enroll/call')
        .send({ phone })
        .expect(400)
        .expect(withCode('phone-malformed'))
  })
})
