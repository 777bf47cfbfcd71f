import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const loaded = () => Object.keys(require.cache).filter(path => /telemetry/.test(path))

await import('passport-voice-otp')
require('passport-voice-otp')
// This project's own folder has the name too.
assert.deepEqual(
  loaded().filter(path => /opentelemetry|dist.telemetry/.test(path)),
  [],
)

const { instrument } = await import('passport-voice-otp/telemetry')
await assert.rejects(instrument({ events: new EventEmitter() }), /npm install @opentelemetry\/api/)
console.log('passed')
