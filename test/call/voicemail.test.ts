import { afterEach, describe, expect, test } from 'vitest'
import { languages } from 'passport-voice-otp'
import {
  expectSecret,
  otherDigits,
  ring,
  sealedIn,
  sendWebhook,
  Telephone,
} from '../support/telephone.js'
import { createWorld, type World, type WorldOptions } from '../support/world.js'

const english = languages['en-US']
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
async function callOf(alice: Awaited<ReturnType<World['logIn']>>): Promise<Telephone> {
  await alice.post('/otp/call').expect(202)
  const telephone = new Telephone(world)
  await world.simulator.idle(telephone.sid)
  return telephone
}

describe('voicemail', () => {
  test('voicemail records who calls and the question, and not the code', async () => {
    const alice = await open({})
    world.simulator.setPhone(number, 'voicemail')
    const telephone = await callOf(alice)
    expect(telephone.call).toMatchObject({
      status: 'completed',
      error: null,
      heard: [
        english.opening.login('Acme'),
        english.pressMatchingDigits,
        english.pressIfNotYou,
        english.pressMatchingDigits,
        english.opening.login('Acme'),
        english.pressMatchingDigits,
        english.pressIfNotYou,
        english.noDigits,
      ],
    })
    expectSecret(telephone, sealedIn(telephone).code)
  })

  test.each(['1', '5', '12', '99', '3', '*'])(
    'voicemail whose greeting plays tones (%s) records no code, unless they are the digits on the page',
    async keys => {
      const alice = await open({})
      world.simulator.setPhone(number, 'voicemail', { keys: keys })
      let telephone = await callOf(alice)
      // One call in ninety has exactly these matching digits. This test is about the others.
      while (sealedIn(telephone).matchingDigits === keys) {
        await world.close()
        const again = await open({})
        world.simulator.setPhone(number, 'voicemail', { keys: keys })
        telephone = await callOf(again)
      }
      expect(telephone.call).toMatchObject({ status: 'completed', error: null })
      expect(telephone.call.heard.at(-1)).toBe(english.wrongDigits)
      expectSecret(telephone, sealedIn(telephone).code)
    },
  )

  test("with numberMatching: 'any-key', voicemail that plays no tone records no code", async () => {
    const alice = await open({ numberMatching: 'any-key' })
    world.simulator.setPhone(number, 'voicemail')
    const telephone = await callOf(alice)
    expect(telephone.call.heard.at(-1)).toBe(english.noDigits)
    expectSecret(telephone, sealedIn(telephone).code)
  })

  test('a person who holds the phone but does not see the page does not hear the code', async () => {
    const alice = await open({})
    const { telephone, digits } = await ring(world, alice)
    await telephone.answer()
    await telephone.press(otherDigits(digits))
    expectSecret(telephone, sealedIn(telephone).code)
    await alice
      .post('/otp')
      .send({ code: sealedIn(telephone).code })
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
      const { telephone } = await ring(world, alice)
      expect(telephone.call.parameters['MachineDetection']).toBe(asked)
    },
  )

  test.each([true, 'any-key', false] as const)(
    'with machineDetection, a person hears the code (numberMatching: %s)',
    async numberMatching => {
      const alice = await open({ machineDetection: true, numberMatching })
      const { telephone, digits } = await ring(world, alice)
      await telephone.answer()
      expect(telephone.call.webhooks[0]!.fields['AnsweredBy']).toBe('human')
      if (numberMatching !== false) await telephone.press(numberMatching === true ? digits : '1')
      expect(telephone.call.heard).toContain(english.onceMore)
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
      const telephone = await callOf(alice)
      expect(telephone.call).toMatchObject({
        heard: [english.goodbye],
        status: 'completed',
        error: null,
      })
      expectSecret(telephone, sealedIn(telephone).code)
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
    const { telephone } = await ring(world, alice)
    const { status, text } = await sendWebhook(world, telephone.call.parameters['Url']!, { fields })
    expect(status).toBe(200)
    expect(text).toContain(english.goodbye)
    expect(text).not.toContain('Acme')
    expect(text).not.toMatch(/\d, \d/)
  })

  test('without machineDetection, the field AnsweredBy changes nothing', async () => {
    const alice = await open({ numberMatching: false })
    const { telephone } = await ring(world, alice)
    expect(
      (
        await sendWebhook(world, telephone.call.parameters['Url']!, {
          fields: { AnsweredBy: 'machine_start' },
        })
      ).text,
    ).toMatch(/\d, \d/)
  })
})
