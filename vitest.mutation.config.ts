import { defineConfig } from 'vitest/config'
import base from './vitest.config.js'

/** The tests that judge a mutant: those that take one part of lib/ by itself, so that all of them are done in seconds. */
const judges = ['keys', 'signature', 'challenge', 'tally', 'counters', 'counter-operations', 'second-factor', 'strategy', 'webhook-turns', 'webhooks', 'login', 'enforce', 'recovery']

export default defineConfig({
  ...base,
  test: { ...base.test, globalSetup: [], include: judges.map(name => `test/${name}.test.ts`) },
})
