// A person with a browser and a phone: from the password to the account page, and what must not work on the way.
import assert from 'node:assert/strict'

const form = 'application/x-www-form-urlencoded'

/** One browser: it keeps its cookies and follows no redirect. */
export function createBrowser(origin) {
  const cookies = new Map()

  return {
    cookies,
    async request(method, path, fields) {
      const response = await fetch(origin + path, {
        method,
        redirect: 'manual',
        headers: {
          Cookie: [...cookies].map(pair => pair.join('=')).join('; '),
          ...(fields && { 'Content-Type': form }),
        },
        body: fields && new URLSearchParams(fields).toString(),
      })
      for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
        cookies.set(name, value)
      }
      return {
        status: response.status,
        location: response.headers.get('location'),
        body: await response.text(),
      }
    },
    get(path) {
      return this.request('GET', path)
    },
    post(path, fields = {}) {
      return this.request('POST', path, fields)
    },
  }
}

/** Logs alice in. Throws an `AssertionError` at the first step that does not go as it must. */
export async function logIn(origin, simulator) {
  const browser = createBrowser(origin)
  const isIn = async () => (await browser.get('/account')).body.includes('alice')

  const password = await browser.post('/login', {
    username: 'alice',
    password: 'correct horse battery staple',
  })
  assert.ok(password.status < 400, `the password: ${password.status} ${password.body}`)
  assert.equal(await isIn(), false, 'the password alone must not be enough')
  const firstFactorCookies = new Map(browser.cookies)

  const call = await browser.post('/otp/call')
  assert.ok(call.status < 400, `the call: ${call.status} ${call.body}`)
  const page = call.location ? await browser.get(call.location) : call
  const [, matchingDigits] =
    /matchingDigits\W+(\d\d)/.exec(page.body) ?? assert.fail(`no matching digits: ${page.body}`)
  const code = await listen(simulator, matchingDigits)

  await browser.post('/otp', { code: code.replace(/\d$/, digit => (Number(digit) + 1) % 10) })
  assert.equal(await isIn(), false, 'a wrong code must not be enough')

  const verified = await browser.post('/otp', { code })
  assert.ok(verified.status < 400, `the code: ${verified.status} ${verified.body}`)
  assert.equal(await isIn(), true, 'both factors must be enough')

  const old = createBrowser(origin)
  for (const [name, value] of firstFactorCookies) old.cookies.set(name, value)
  assert.ok(
    !(await old.get('/account')).body.includes('alice'),
    'the cookie from before the code must be worthless',
  )
}

/** Picks up, keys in the two digits and writes down the code. */
async function listen(simulator, matchingDigits) {
  const { sid } = await simulator.waitFor(call => call.status === 'ringing')
  await simulator.answer(sid)
  await simulator.idle(sid)
  await simulator.press(sid, matchingDigits)
  await simulator.idle(sid)
  const heard = simulator.call(sid).heard.join(' ')
  const digits = /(?:\d, ){5}\d/.exec(heard) ?? assert.fail(`no code in: ${heard}`)
  return digits[0].replaceAll(', ', '')
}
