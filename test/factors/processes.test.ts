// App codes of the example in two real processes on one Redis.
import { Secret, TOTP } from 'otpauth'
import { afterEach, expect, test } from 'vitest'
import { openProcesses, type Processes } from '../support/processes.js'
import { describeWithRedis } from '../support/redis.js'

let processes: Processes
afterEach(async () => {
  await processes.close()
})

const codeOf = (key: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(key) }).generate({ timestamp: Date.now() + steps * 30_000 })

describeWithRedis('app codes in two processes', () => {
  test('A-17, A-37, A-49, A-50 a right code logs in one of 20 browsers, and 200 wrong codes are ten comparisons, also when a process dies after two of them', async () => {
    processes = await openProcesses(2)
    const urls = processes.processes.map(({ url }) => url)
    const alice = processes.person('alice')
    await alice.passBoth()
    const page = '/security/app-code'
    const { text } = await alice.get(page)
    const key = (/<code class="nowrap">([A-Z2-7 ]+)</.exec(text)?.[1] ?? '').replaceAll(' ', '')
    await alice.submitForm(page, page, { code: codeOf(key, -1) })

    const browsers = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const browser = processes.person('alice')
        await browser.sendPassword()
        return { browser, _csrf: await browser.csrf('/otp') }
      }),
    )
    const send = (index: number, code: string) => {
      const { browser, _csrf } = browsers[index % browsers.length]!
      return browser.send('POST', '/otp/app-code', {
        form: { _csrf, code },
        url: urls[index % 2]!,
        holdsCode: true,
      })
    }
    const right = codeOf(key)
    const answers = await Promise.all(browsers.map((_browser, index) => send(index, right)))
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
    const otherDigit = (Number(right[0]) + 1) % 10
    const sendWrong = (from: number, to: number, step: number) =>
      Promise.all(
        Array.from({ length: (to - from) / step }, (_, index) => from + index * step).map(index =>
          send(index, `${otherDigit}${right.slice(1, 5)}${index}`),
        ),
      )
    await sendWrong(0, 4, 1)
    await expect.poll(() => processes.comparisons('alice'), { timeout: 20_000 }).toBe(4)
    await processes.processes[1]!.kill()
    await sendWrong(4, 400, 2)
    await expect.poll(() => processes.comparisons('alice'), { timeout: 20_000 }).toBe(10)
  }, 90_000)
})
