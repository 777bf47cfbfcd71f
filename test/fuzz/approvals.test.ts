// Payments, calls, codes and keys in random order at the same time, over slow stores.
import { expect, test } from 'vitest'
import { digitsOn } from '../support/browser.js'
import { callsUnlimited } from '../support/limits.js'
import { codeIn, Phone } from '../support/phone.js'
import { openSite, type Person } from '../support/watched-site.js'

const rounds = Number(process.env['ROUNDS'] ?? 6)

test(`a payment that no call has said is never executed, and none is executed twice, in ${rounds} rounds of requests at the same time`, async () => {
  const site = await openSite({ limits: { ...callsUnlimited, attemptsPerUser: false } })
  const executed = (): number[] =>
    site.logLines
      .map(line => JSON.parse(line) as { event?: string; amount: number })
      .filter(({ event }) => event === 'payment.executed')
      .map(({ amount }) => amount)
  let seed = Number(process.env['SEED'] ?? 4711)
  const pick = (count: number): number => (seed = (seed * 16_807) % 2_147_483_647) % count
  let amount = 100
  /** Amounts by the code with which a call said them. */
  const said = new Map<string, string>()
  let paid = 0
  try {
    const alice: Person = site.person('alice')
    await alice.passBoth()
    const form = { _csrf: await alice.csrf('/pay'), currency: 'EUR', payee: 'Blue Fish Ltd' }
    const enter = () => alice.copy().post('/pay', { ...form, amount: String((amount += 100)) })
    const call = () => alice.copy().post('/pay/call', form)
    const confirm = (code: string) =>
      alice.copy().post('/pay/confirm', { ...form, code, amount: '1' })

    for (let round = 0; round < rounds; round++) {
      await enter()
      await Promise.all(Array.from({ length: 4 }, () => (pick(2) === 0 ? enter() : call())))
      if (pick(3) > 0) await call()
      const digits = digitsOn((await alice.get('/pay')).text)
      for (const { sid, status } of site.simulator.calls) {
        if (status !== 'ringing') continue
        const phone = new Phone(site, sid)
        await phone.answer()
        if (phone.call.waitingFor === null) continue
        await phone.press(digits === '' ? '11' : digits)
        const { heard } = phone.call
        const text = heard.find(each => each.startsWith('You are paying'))
        if (text === undefined) continue
        const code = codeIn(heard)
        said.set(code, text)
        const before = executed().length
        const isRefused = pick(4) === 0
        if (isRefused) await phone.press('0')
        await Promise.all([
          ...Array.from({ length: 4 }, () => confirm(code)),
          ...(pick(2) === 0 ? [enter(), call()] : []),
          ...(!isRefused && pick(3) === 0 ? [phone.press('0')] : []),
        ])
        const now = executed().slice(before)
        expect(now.length, `round ${round}`).toBeLessThanOrEqual(isRefused ? 0 : 1)
        for (const each of now) expect(text).toContain(`paying ${each / 100} euros`)
        paid += now.length
      }
      for (const code of said.keys()) if (pick(4) === 0) await confirm(code)
      expect(executed(), `round ${round}`).toHaveLength(paid)
    }
    expect(paid).toBeGreaterThan(0)
  } finally {
    await site.close()
  }
})
