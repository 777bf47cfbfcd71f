// SignalWire signs names and values run together, so that one signature is good for several forms:
// `Digits=42` and `Digits4=2`.
import { afterEach, describe, expect, test } from 'vitest'
import { languages } from 'passport-voice-otp'
import { expectSecret, ring, sealedIn, sendWebhook, Telephone } from '../support/telephone.js'
import { codeIn, createWorld, type World } from '../support/world.js'

const english = languages['en-US']

let world: World
afterEach(() => world.close())

/** The address that the newest question of the call sends its keys to. */
const actionOf = ({ call }: Telephone): string =>
  /action="([^"]+)"/.exec(call.webhooks.at(-1)!.body)![1]!
/** The form that is signed for these keys, cut at another place. */
const cut = (digits: string, at: number): string =>
  new URLSearchParams({
    To: '+12025550123',
    From: '+12025550100',
    CallSid: 'by-hand',
    CallStatus: 'in-progress',
    [`Digits${digits.slice(0, at)}`]: digits.slice(at),
  }).toString()

describe.each([1, 2])('a form whose Digits were cut after %i of them', at => {
  test('is refused at the question, and the call of the honest user goes on', async () => {
    world = await createWorld()
    const alice = await world.logIn('alice')
    const { telephone, digits } = await ring(world, alice)
    await telephone.answer()
    for (let times = 0; times < 5; times++)
      expect(
        await sendWebhook(world, actionOf(telephone), {
          fields: { Digits: digits },
          body: cut(digits, at),
        }),
      ).toMatchObject({ status: 403, text: '' })
    expectSecret(telephone, sealedIn(telephone).code)
    await telephone.press(digits)
    await alice
      .post('/otp')
      .send({ code: codeIn(telephone.call.heard) })
      .expect(200)
  })
})

test('a form with split Digits is refused after the code, and the next key of the user works', async () => {
  world = await createWorld()
  const { telephone, digits } = await ring(world, await world.logIn('alice'))
  await telephone.answer()
  await telephone.press(digits)
  expect(
    await sendWebhook(world, actionOf(telephone), { fields: { Digits: '1' }, body: cut('1', 1) }),
  ).toMatchObject({ status: 403, text: '' })
  expect(world.named('webhook.rejected')).toEqual([{ reason: 'body' }])
  expect(await telephone.press('1')).toContain(english.codeIs)
})
