// SignalWire signs names and values run together, so one signature is valid for several forms:
// `Digits=42` and `Digits4=2`, `Digits=42&Direction=outbound-api` and `Digits=42Direction...`.
// An attacker who has seen a signed webhook must not be able to end or use up an honest call.
import { afterEach, expect, test } from 'vitest'
import { english } from '../support/english.js'
import { Phone } from '../support/phone.js'
import { expectSecret, sealedIn, sendWebhook } from '../support/webhooks.js'
import { codeIn, createWorld, type World, ring } from '../support/world.js'

let world: World
afterEach(() => world.close())

/** The URL to which the newest question of the call sends its keys. */
const actionOf = ({ call }: Phone): string =>
  /action="([^"]+)"/.exec(call.webhooks.at(-1)!.body)![1]!

/** The fields of an honest webhook that stand next to the keys in the signed text. */
const signedFields = (digits: string) => ({ Digits: digits, Direction: 'outbound-api' })

/** A form with the same signature, but with other borders between names and values. */
type Split = (digits: string) => Readonly<Record<string, string>>
const splits: [string, Split][] = [
  [
    'cut after one key',
    digits => ({ [`Digits${digits[0]!}`]: digits.slice(1), Direction: 'outbound-api' }),
  ],
  ['cut after all keys', digits => ({ [`Digits${digits}`]: '', Direction: 'outbound-api' })],
  ['joined with the next field', digits => ({ Digits: `${digits}Directionoutbound-api` })],
]

function sendSplit({ phone, digits, split }: Sent) {
  const others = {
    To: '+12025550123',
    From: '+12025550100',
    CallSid: 'by-hand',
    CallStatus: 'in-progress',
  }
  return sendWebhook(world, actionOf(phone), {
    fields: signedFields(digits),
    body: new URLSearchParams({ ...others, ...split(digits) }).toString(),
  })
}
interface Sent {
  readonly phone: Phone
  readonly digits: string
  readonly split: Split
}

test.each(splits)(
  'a signed form whose Digits were %s is refused, and the honest call goes on',
  async (_, split) => {
    world = await createWorld()
    const alice = await world.logIn('alice')
    const { phone, digits } = await ring(world, alice)
    await phone.answer()
    for (let times = 0; times < 5; times++)
      expect(await sendSplit({ phone, digits, split })).toMatchObject({ status: 403, text: '' })
    expectSecret(phone, sealedIn(phone).code)
    await phone.press(digits)
    await alice
      .post('/otp')
      .send({ code: codeIn(phone.call.heard) })
      .expect(200)
  },
)

test.each(splits)(
  'a signed form whose Digits were %s is refused at the menu, and the next key works',
  async (_, split) => {
    world = await createWorld()
    const { phone, digits } = await ring(world, await world.logIn('alice'))
    await phone.answer()
    await phone.press(digits)
    for (let times = 0; times < 3; times++)
      expect(await sendSplit({ phone, digits: '1', split })).toMatchObject({ status: 403 })
    const body = { reason: 'body' }
    expect(world.named('webhook.rejected')).toEqual([body, body, body])
    expect(await phone.press('1')).toContain(english.codeIs)
  },
)

test.each(['', '42 ', '４２', '4a', 'Direction', '4'.repeat(33), '42\n'])(
  'a webhook is refused if its Digits are not 1 to 32 keys of a phone: %j',
  async digits => {
    world = await createWorld()
    const { phone } = await ring(world, await world.logIn('alice'))
    await phone.answer()
    const sent = { fields: { Digits: digits } }
    expect(await sendWebhook(world, actionOf(phone), sent)).toMatchObject({ status: 403 })
    const url = phone.call.parameters['Url']!
    expect(await sendWebhook(world, url, sent)).toMatchObject({ status: 403 })
    expect(world.named('webhook.rejected')).toEqual([{ reason: 'body' }, { reason: 'body' }])
  },
)
