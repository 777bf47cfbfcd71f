'use strict'

const assert = require('node:assert/strict')

const { createApp } = require('./built/after/app.js')

// Alice logs in several times without a wait.
const limits = { callIntervalSeconds: false }
exports.createApp = settings => createApp({ ...settings, limits })

/** Alice adds her number, then logs in, with and without JavaScript. */
exports.check = async function check(origin, simulator) {
  const { countLines, logInWithBrowser } = await import('../pages.mjs')
  const { added } = countLines(__dirname)
  assert.ok(added > 0 && added <= 40, `${added} lines were added`)
  await logInWithBrowser(origin, simulator, 'You are logged in as alice')
}
