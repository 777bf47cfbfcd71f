// A person with a browser and a phone, on the ready pages: from the password to the app.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

/** What the runner takes for "skipped". */
const skipped = 77
const candidates = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']
const executablePath = process.env.CHROMIUM ?? candidates.find(path => existsSync(path))
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const phone = '+12025550123'

/** The lines that the folder `after` of an app has more and less than `before`. */
export function countLines(folder) {
  const { stdout } = spawnSync('git', ['diff', '--no-index', '--numstat', 'before', 'after'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const files = stdout
    .trim()
    .split('\n')
    .map(line => line.split('\t').map(Number))
  const sum = column => files.reduce((total, numbers) => total + numbers[column], 0)
  return { added: sum(0), removed: sum(1) }
}

/**
 * Logs alice in three times, in a browser of its own each time: the last one runs no JavaScript. If
 * she has no number yet, she adds it the first time.
 * @param isIn The text that only a page after both factors has.
 */
export async function logInWithBrowser(origin, simulator, isIn) {
  if (executablePath === undefined) {
    console.log('Chromium is not on this machine: apt-get install chromium-headless-shell')
    process.exit(skipped)
  }
  const browser = await chromium.launch({ executablePath, args })
  for (const javaScriptEnabled of [true, true, false]) {
    const context = await browser.newContext({ javaScriptEnabled })
    await logIn(await context.newPage(), { origin, simulator, isIn, javaScriptEnabled })
    await context.close()
  }
  await browser.close()
}

async function logIn(page, { origin, simulator, isIn, javaScriptEnabled }) {
  const errors = []
  page.on('pageerror', error => errors.push(error.message))
  const main = page.locator('[data-otp]')
  const press = name => main.getByRole('button', { name, exact: true }).first().click()
  const isLoggedIn = async () => (await page.content()).includes(isIn)

  await page.goto(`${origin}/login`)
  await page.getByLabel('Username').fill('alice')
  await page.getByLabel('Password').fill('correct horse')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await main.waitFor()
  assert.equal(await isLoggedIn(), false, 'the password alone must not be enough')

  if (new URL(page.url()).pathname === '/phone') {
    await page.getByLabel('Phone number, with country code').fill(phone)
    await press('Call it')
  } else {
    assert.equal(new URL(page.url()).pathname, '/otp')
    await press('Call me now')
  }
  const { sid } = await simulator.waitFor(call => call.status === 'ringing')
  if (javaScriptEnabled) await page.locator('.state[data-call="ringing"]').waitFor()
  const digits = await page.locator('[data-matching-digits]').getAttribute('data-matching-digits')
  const code = await listen(simulator, sid, digits)

  const wrong = code === '000000' ? '111111' : '000000'
  const field = page.getByLabel('Code that you hear')
  const enter = async text => {
    await field.fill(text)
    // With JavaScript, the first entry sends itself at the last digit.
    if (!javaScriptEnabled || text !== wrong) await press('Continue')
  }
  await enter(wrong)
  await page.getByRole('alert').waitFor()
  assert.equal(await isLoggedIn(), false, 'a wrong code must not be enough')
  await enter(code)
  await page.waitForURL(`${origin}/`)
  assert.equal(await isLoggedIn(), true, 'both factors must be enough')
  assert.deepEqual(errors, [], 'no script of the page fails')
}

/** Answers the phone, presses the two digits, writes down the code as it is heard, hangs up. */
async function listen(simulator, sid, digits) {
  await simulator.answer(sid)
  await simulator.idle(sid)
  await simulator.press(sid, digits)
  await simulator.idle(sid)
  await simulator.hangUp(sid)
  const heard = simulator.call(sid).heard.join(' ')
  const [code] = /(?:\d, ){5}\d/.exec(heard) ?? assert.fail(`no code in: ${heard}`)
  return code.replaceAll(', ', '')
}
