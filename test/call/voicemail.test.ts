import { afterEach, describe, expect, test } from 'vitest'
import { english, unansweredQuestion } from '../support/english.js'
import { otherDigits, Phone } from '../support/phone.js'
import { expectSecret, sealedIn, sendWebhook } from '../support/webhooks.js'
import { createWorld, type World, type WorldOptions, ring } from '../support/world.js'

const number = '+12025550123'

let world: World
afterEach(() => world.close())

async function open(options: WorldOptions['options']) {
  world = await createWorld({ options })
  return world.logIn('alice')
}

/**
 * Asks for a call to a phone that answers by itself. Resolves when the call is over or waits.
 */
async function callOf(alice: Awaited<ReturnType<World['logIn']>>): Promise<Phone> {
  await alice.post('/otp/call').expect(202)
  const phone = new Phone(world)
  await world.simulator.idle(phone.sid)
  return phone
}

describe('voicemail', () => {
  test('voicemail records who calls and the question, and not the code', async () => {
    const alice = await open({})
    world.simulator.setPhone(number, 'voicemail')
    const phone = await callOf(alice)
    expect(phone.call).toMatchObject({
      status: 'completed',
      error: null,
      heard: unansweredQuestion,
    })
    expectSecret(phone, sealedIn(phone).code)
  })

  test.each(['1', '5', '12', '99', '3', '*'])(
    'voicemail whose greeting plays tones (%s) records no code, unless they are the digits on the page',
    async keys => {
      const alice = await open({})
      world.simulator.setPhone(number, 'voicemail', { keys: keys })
      let phone = await callOf(alice)
      // One call in ninety has exactly these matching digits. This test is about the others.
      while (sealedIn(phone).matchingDigits === keys) {
        await world.close()
        const again = await open({})
        world.simulator.setPhone(number, 'voicemail', { keys: keys })
        phone = await callOf(again)
      }
      expect(phone.call).toMatchObject({ status: 'completed', error: null })
      expect(phone.call.heard.at(-1)).toBe(english.wrongDigits)
      expectSecret(phone, sealedIn(phone).code)
    },
  )

  test("with numberMatching: 'any-key', voicemail that plays no tone records no code", async () => {
    const alice = await open({ numberMatching: 'any-key' })
    world.simulator.setPhone(number, 'voicemail')
    const phone = await callOf(alice)
    expect(phone.call.heard.at(-1)).toBe(english.noDigits)
    expectSecret(phone, sealedIn(phone).code)
  })

  test('a person who holds the phone but does not see the page does not hear the code', async () => {
    const alice = await open({})
    const { phone, digits } = await ring(world, alice)
    await phone.answer()
    await phone.press(otherDigits(digits))
    expectSecret(phone, sealedIn(phone).code)
    await alice
      .post('/otp')
      .send({ code: sealedIn(phone).code })
      .expect(401)
  })
})

describe('machineDetection', () => {
  test.each([
    [undefined, undefined],
    [false, undefined],
    [true, 'Enable'],
  ])(
    'the option machineDetection: %s sends MachineDetection: %s to SignalWire',
    async (machineDetection, asked) => {
      const alice = await open({ machineDetection })
      const { phone } = await ring(world, alice)
      expect(phone.call.parameters['MachineDetection']).toBe(asked)
    },
  )

  test.each([true, 'any-key', false] as const)(
    'with machineDetection, a person hears the code (numberMatching: %s)',
    async numberMatching => {
      const alice = await open({ machineDetection: true, numberMatching })
      const { phone, digits } = await ring(world, alice)
      await phone.answer()
      expect(phone.call.webhooks[0]!.fields['AnsweredBy']).toBe('human')
      if (numberMatching !== false) await phone.press(numberMatching === true ? digits : '1')
      expect(phone.call.heard).toContain(english.onceMore)
    },
  )

  test.each([true, 'any-key', false] as const)(
    'with machineDetection, a machine hears only goodbye (numberMatching: %s)',
    async numberMatching => {
      const alice = await open({
        machineDetection: true,
        numberMatching,
        announce: () => 'A new device in Lyon.',
      })
      world.simulator.setPhone(number, 'voicemail', { keys: '1' })
      const phone = await callOf(alice)
      expect(phone.call).toMatchObject({
        heard: [english.goodbye],
        status: 'completed',
        error: null,
      })
      expectSecret(phone, sealedIn(phone).code)
    },
  )

  test.each([
    {},
    { AnsweredBy: '' },
    { AnsweredBy: 'unknown' },
    { AnsweredBy: 'machine_start' },
    { AnsweredBy: 'machine_end_beep' },
    { AnsweredBy: 'fax' },
    { AnsweredBy: 'Human' },
    { answeredby: 'human' },
    { AnsweredBy: 'human,human' },
  ])('with machineDetection, only AnsweredBy=human counts as a person, unlike %j', async fields => {
    const alice = await open({ machineDetection: true, numberMatching: false })
    const { phone } = await ring(world, alice)
    const { status, text } = await sendWebhook(world, phone.call.parameters['Url']!, { fields })
    expect(status).toBe(200)
    expect(text).toContain(english.goodbye)
    expect(text).not.toContain('Acme')
    expect(text).not.toMatch(/\d, \d/)
  })

  test('without machineDetection, the field AnsweredBy changes nothing', async () => {
    const alice = await open({ numberMatching: false })
    const { phone } = await ring(world, alice)
    expect(
      (
        await sendWebhook(world, phone.call.parameters['Url']!, {
          fields: { AnsweredBy: 'machine_start' },
        })
      ).text,
    ).toMatch(/\d, \d/)
  })
})
