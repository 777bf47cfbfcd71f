'use strict'

const assert = require('assert/strict')

const { createApp } = require('./after/app.js')

// Alice logs in several times without a wait.
const limits = { callIntervalSeconds: false }
exports.createApp = settings => createApp({ ...settings, limits })

/** Alice adds her number over HTTP, then logs in in a browser, with and without JavaScript. */
exports.check = async function check(origin, simulator) {
  const { createBrowser } = await import('../login.mjs')
  const { countLines, logInWithBrowser } = await import('../pages.mjs')
  const { added, removed } = countLines(__dirname)
  assert.ok(added > 0 && added <= 20, `${added} lines were added`)
  assert.equal(removed, 0, 'no line was removed')

  const browser = createBrowser(origin)
  const page = async path => {
    const response = await browser.get(path)
    const next = response.location
    return next ? page(next) : { ...response, path }
  }
  const submit = async (path, action, fields) => {
    const { body } = await page(path)
    const [, token] = /name="_csrf" value="([^"]+)"/.exec(body) || assert.fail(`no form: ${body}`)
    return browser.post(action, {
      _csrf: token.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)),
      ...fields,
    })
  }
  const isIn = async () => (await browser.get('/')).body.includes('Sign out alice')

  await submit('/login', '/login/password', { username: 'alice', password: 'correct horse' })
  assert.equal(await isIn(), false, 'the password alone must not be enough')
  const enroll = await page('/otp')
  assert.equal(enroll.path, '/phone')
  assert.match(enroll.body, /<section class="app"><h1>todos/, 'the page has the layout of the app')
  assert.equal((await browser.post('/phone', { phone: '+12025550123' })).status, 403)
  assert.equal(simulator.calls.length, 0, 'a form without the token places no call')

  await submit('/phone', '/phone', { phone: '+12025550123' })
  const { body } = await page('/phone')
  const [, digits] = /data-matching-digits="(\d\d)"/.exec(body) || assert.fail(body)
  const { sid } = await simulator.waitFor(call => call.status === 'ringing')
  await simulator.answer(sid)
  await simulator.idle(sid)
  await simulator.press(sid, digits)
  await simulator.idle(sid)
  const code = /(?:\d, ){5}\d/.exec(simulator.call(sid).heard.join(' '))[0].replaceAll(', ', '')
  const wrong = await submit('/phone', '/phone/verify', {
    code: code === '000000' ? '1' : '000000',
  })
  assert.equal(wrong.status, 401)
  assert.equal(await isIn(), false, 'a wrong code must not be enough')
  await submit('/phone', '/phone/verify', { code })
  assert.equal(await isIn(), true, 'both factors must be enough')

  await simulator.hangUp(sid)
  await logInWithBrowser(origin, simulator, 'Sign out alice')
}
