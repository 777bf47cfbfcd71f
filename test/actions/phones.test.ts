import { afterEach, describe, expect, test } from 'vitest'
import type { PhoneChoice, PhoneEntry } from 'passport-voice-otp'
import { choiceRoutes } from '../support/choices.js'
import { letPassAt, somebodyWaits } from '../support/deadline.js'
import { Telephone, unlimited } from '../support/telephone.js'
import { codeIn, createWorld, type World, type WorldOptions } from '../support/world.js'

const home: PhoneEntry = { number: '+12025550123', label: 'home' }
const office: PhoneEntry = { number: '+1 (202) 555-0199', label: 'office', extension: '42' }
const desk: PhoneEntry = { number: '+12025550199', extension: '43' }

let world: World
/** What `getPhone` answers for each user. */
let telephones: Record<string, unknown>
afterEach(() => world.close())

type Agent = Awaited<ReturnType<World['logIn']>>
const list = (...phones: unknown[]) => ({ phones })

async function open(
  given: Record<string, unknown> = { alice: list(home, office, desk) },
  options: WorldOptions['options'] = {},
): Promise<Agent> {
  telephones = given
  world = await createWorld({ options, getPhone: ({ id }) => telephones[id], routes: choiceRoutes })
  return world.logIn('alice')
}

const numbersOf = async (agent: Agent): Promise<readonly PhoneChoice[]> =>
  (await agent.get('/numbers').expect(200)).body as PhoneChoice[]
const idsOf = async (agent: Agent): Promise<readonly string[]> =>
  (await numbersOf(agent)).map(({ id }) => id)

/** Asks for a call; answers which number was called, and what is dialled once it is answered. */
async function dialled(
  agent: Agent,
  number?: unknown,
): Promise<readonly [to: string, sendDigits: string | null]> {
  await agent.post('/otp/call').send({ number }).expect(202)
  const { to, sendDigits } = new Telephone(world).call
  return [to, sendDigits]
}

/** Asks for a call to a telephone, and answers the code that it reads. */
async function hearAt(agent: Agent, number?: string): Promise<string> {
  const { body } = (await agent.post('/otp/call').send({ number }).expect(202)) as {
    body: { matchingDigits: string }
  }
  return world.answerAndListen(body.matchingDigits)
}

const refusedWith =
  (code: string) =>
  ({ body }: { body: unknown }) => {
    expect(body).toMatchObject({ code })
  }

describe('several telephones', () => {
  test('are offered masked, with their labels; the first is called if none is chosen', async () => {
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
    'number %i is called when it is chosen, its extension dialled after two seconds',
    async (index, expected) => {
      const alice = await open()
      expect(await dialled(alice, (await idsOf(alice))[index])).toEqual(expected)
    },
  )

  test('a code heard at the chosen one is good, and the page shows which was called', async () => {
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

  test('their ids tell nothing: not the number, not that two users share it, and not more than ids', async () => {
    const alice = await open({ alice: list(home, office, desk), bob: list(home, desk) })
    const [ids, bobs] = [await idsOf(alice), await idsOf(await world.logIn('bob'))]
    expect(new Set([...ids, ...bobs]).size).toBe(5)
    for (const id of [...ids, ...bobs]) {
      expect(id).toMatch(/^[\w-]{16}$/)
      expect(id).not.toMatch(/5550|0123|0199/)
    }
    // The same every time, so that a page may be opened long before it is sent.
    expect(await idsOf(alice)).toEqual(ids)
  })

  test('are shown to whoever has passed the first factor, and to nobody else', async () => {
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
    ['none', null, []],
  ])('where there is %s', async (_, answer, expected) => {
    const alice = await open({ alice: answer })
    expect(await numbersOf(alice)).toEqual(expected)
  })
})

describe('a choice', () => {
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
    ['a'.repeat(3000)],
    ['__proto__'],
  ])('that is not offered (%j): 400, no call, nothing counted', async number => {
    const alice = await open()
    await alice.post('/otp/call').send({ number }).expect(400, {
      code: 'choice-unknown',
      message: 'Choose one of the telephones and ways that are offered.',
    })
    expect(world.simulator.calls).toHaveLength(0)
    expect(world.named('code.blocked')).toEqual([
      { userId: 'alice', purpose: 'login', code: 'choice-unknown' },
    ])
    expect(await dialled(alice)).toEqual(['+12025550123', null])
  })

  test("of another user's telephone, also of the same number, is none", async () => {
    const alice = await open({ alice: list(home), bob: list(home, office) })
    for (const id of await idsOf(await world.logIn('bob')))
      await alice
        .post('/otp/call')
        .send({ phone: id })
        .expect(400)
        .expect(refusedWith('choice-unknown'))
    expect(world.simulator.calls).toHaveLength(0)
  })

  test('of a telephone that was removed in the meantime is none', async () => {
    const alice = await open()
    const [, office] = await idsOf(alice)
    telephones['alice'] = list(home)
    await alice
      .post('/otp/call')
      .send({ phone: office })
      .expect(400)
      .expect(refusedWith('choice-unknown'))
  })

  test.each(['sms', 'hosted-call', 'hosted-sms'] as const)(
    'of a telephone with an extension and of %s is none: only a call of ours dials on, whoever has the main number would get the code',
    async channel => {
      const alice = await open(
        { alice: list(office, home) },
        { channels: ['call', 'sms', 'hosted-call', 'hosted-sms'] },
      )
      const [withExtension, without] = await idsOf(alice)
      for (const number of [withExtension, undefined])
        await alice
          .post('/otp/call')
          .send({ number, channel })
          .expect(400)
          .expect(refusedWith('choice-unknown'))
      expect(world.simulator.requests).toEqual([])
      await alice.post('/otp/call').send({ phone: without, channel }).expect(202)
    },
  )

  test.each([[''], [undefined]])('left empty (%j) is the first', async number => {
    const alice = await open()
    expect(await dialled(alice, number)).toEqual(['+12025550123', null])
  })
})

test('a code is worthless once no number is on record', async () => {
  const alice = await open({ alice: '+12025550123' })
  const code = await hearAt(alice)
  telephones['alice'] = null
  await alice.post('/otp').send({ code }).expect(401).expect(refusedWith('code-expired'))
  telephones['alice'] = '+12025550123'
  await alice.post('/otp').send({ code }).expect(401).expect(refusedWith('no-challenge'))
})

describe('numbers()', () => {
  test('is empty where no number on record is one', async () => {
    const alice = await open({ alice: list({ number: 'none' }, { number: '+1202555HELP' }) })
    expect(await numbersOf(alice)).toEqual([])
  })

  test('is trouble where the record cannot be read', async () => {
    const alice = await open({ alice: undefined })
    // `undefined` is no answer: until the time limit, done() may still bring one.
    await letPassAt(
      somebodyWaits,
      5000,
      alice.get('/numbers').expect(503).expect(refusedWith('phone-lookup-failed')),
    )
  })
})

test.each<[string, unknown]>([
  ['a number that is none', { number: 42 }],
  ['an extension that is a number', { number: '+12025550199', extension: 42 }],
  ['an extension of nine digits', { number: '+12025550199', extension: '123456789' }],
])('a code is good beside an entry with %s', async (_, entry) => {
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

  test.each(bad)('with %s are skipped', async (_, entry) => {
    const alice = await open({ alice: list(entry, home) })
    expect((await numbersOf(alice)).map(({ phone }) => phone)).toEqual(['••• ••• ••23'])
    expect(await dialled(alice)).toEqual(['+12025550123', null])
  })

  test.each(bad)(
    'with %s and nothing else: 403, the number on record is not valid',
    async (_, entry) => {
      const alice = await open({ alice: list(entry) })
      await alice.post('/otp/call').expect(403).expect(refusedWith('phone-invalid'))
      expect(world.simulator.calls).toHaveLength(0)
    },
  )

  test.each(['1', '00', '12345678'])(
    'may have an extension of one to eight digits: %s',
    async extension => {
      const alice = await open({ alice: list({ number: '+12025550123', extension }) })
      expect(await dialled(alice)).toEqual(['+12025550123', `wwww${extension}`])
    },
  )

  test('one that may not be called is offered and refused, and the others may still be called', async () => {
    const alice = await open({ alice: list({ number: '+442079460000', label: 'London' }, home) })
    const [london, washington] = await idsOf(alice)
    await alice
      .post('/otp/call')
      .send({ phone: london })
      .expect(403)
      .expect(refusedWith('destination-blocked'))
    expect(await dialled(alice, washington)).toEqual(['+12025550123', null])
  })

  test.each([
    ['an empty list', list()],
    ['no list', {}],
    ['a list of nothing', list(null)],
    ['a list of texts', list('+12025550123')],
    ['numbers that are no list', { phones: '+12025550123' }],
  ])('%s is trouble, and no way to enroll', async (_, answer) => {
    const alice = await open({ alice: answer })
    await alice.post('/otp/call').expect(503).expect(refusedWith('phone-lookup-failed'))
    await alice
      .post('/enroll/call')
      .send({ phone: '+12025550177' })
      .expect(503)
      .expect(refusedWith('phone-lookup-failed'))
    expect(world.simulator.calls).toHaveLength(0)
  })
})

describe('between call and code', () => {
  test('the telephone that was called is removed: dead, also when it comes back', async () => {
    const alice = await open()
    const code = await hearAt(alice, (await idsOf(alice))[1])
    telephones['alice'] = list(home, desk)
    await alice.post('/otp').send({ code }).expect(401).expect(refusedWith('code-expired'))
    telephones['alice'] = list(home, office, desk)
    await alice.post('/otp').send({ code }).expect(401)
    await alice.get('/account').expect(401)
  })

  test('another one is removed, or added, or the order changes: still good', async () => {
    const alice = await open()
    const code = await hearAt(alice, (await idsOf(alice))[1])
    telephones['alice'] = list({ number: '+12025550188' }, { ...office, label: 'renamed' })
    await alice.post('/otp').send({ code }).expect(200)
  })

  test('its extension changes: another telephone', async () => {
    const alice = await open({ alice: list(office) })
    const code = await hearAt(alice)
    telephones['alice'] = list({ ...office, extension: '43' })
    await alice.post('/otp').send({ code }).expect(401).expect(refusedWith('code-expired'))
  })
})

describe('limits', () => {
  const people = {
    alice: list(office),
    bob: list(desk),
    dave: list({ ...office, label: 'the same, of somebody else' }),
  }

  test('60 s apart for one telephone, whoever asks; another extension is another telephone', async () => {
    const alice = await open(people)
    await dialled(alice)
    await dialled(await world.logIn('bob'))
    await (
      await world.logIn('dave')
    )
      .post('/otp/call')
      .expect(429)
      .expect(refusedWith('too-many-calls'))
    expect(world.named('code.blocked')).toEqual([
      { userId: 'dave', purpose: 'login', code: 'too-many-calls', limit: 'callIntervalSeconds' },
    ])
  })

  test('ten minutes count by telephone', async () => {
    const alice = await open(people, { limits: { ...unlimited, callsPerPhoneTenMinutes: 2 } })
    await dialled(alice)
    await dialled(alice)
    await (await world.logIn('dave')).post('/otp/call').expect(429)
    expect(world.named('code.blocked')).toMatchObject([{ limit: 'callsPerPhoneTenMinutes' }])
    expect(await dialled(await world.logIn('bob'))).toEqual(['+12025550199', 'wwww43'])
  })

  test('a day counts by number: a hundred extensions are no hundred times the calls', async () => {
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

  test('the interval of a user is one, however many telephones', async () => {
    const alice = await open()
    const [, second] = await idsOf(alice)
    await dialled(alice)
    await alice
      .post('/otp/call')
      .send({ phone: second })
      .expect(429)
      .expect(refusedWith('too-many-calls'))
  })
})

describe('enroll', () => {
  test('a pending user with telephones on record may not, whatever is chosen', async () => {
    const alice = await open()
    for (const number of [undefined, (await idsOf(alice))[1]])
      await alice
        .post('/enroll/call')
        .send({ phone: '+12025550177', number })
        .expect(403)
        .expect(refusedWith('enroll-forbidden'))
    expect(world.simulator.calls).toHaveLength(0)
  })

  test('a full user calls the new number, and not the one that is chosen', async () => {
    const alice = await open(undefined, {
      limits: unlimited,
      onEnroll: ({ id }, phone) => {
        telephones[id] = list(home, { number: phone, label: 'new' })
      },
    })
    const [, second] = await idsOf(alice)
    await alice
      .post('/otp')
      .send({ code: await hearAt(alice) })
      .expect(200)
    const { body } = (await alice
      .post('/enroll/call')
      .send({ phone: '+12025550177', number: second })
      .expect(202)) as { body: { matchingDigits: string } }
    expect(new Telephone(world).call).toMatchObject({ to: '+12025550177', sendDigits: null })
    await world.answerAndListen(body.matchingDigits)
    const answer = await alice
      .post('/enroll')
      .send({ code: codeIn(new Telephone(world).call.heard) })
      .expect(200)
    expect(answer.body).toMatchObject({ info: { phone: '+12025550177' } })
    expect((await numbersOf(alice)).map(({ label, phone }) => [label, phone])).toEqual([
      ['home', '••• ••• ••23'],
      ['new', '••• ••• ••77'],
    ])
  })

  test('a new number has no extension: one in it is refused', async () => {
    const alice = await open({ alice: null })
    for (const phone of ['+12025550177;ext=42', '+12025550177 x42', '+12025550177,42'])
      await alice
        .post('/enroll/call')
        .send({ phone })
        .expect(400)
        .expect(refusedWith('phone-malformed'))
  })
})
