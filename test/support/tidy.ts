// Test files share their processes. A file may forget to undo a change, or a failed test may leave
// one. Such a change must not reach the next file.
import { afterAll, vi } from 'vitest'

// Vitest runs this before it loads each test file.
const environment = { ...process.env }
const { setTimeout: realSetTimeout } = globalThis

afterAll(() => {
  // In this order: a spy on a fake timer would bring the fake timer back.
  vi.restoreAllMocks()
  vi.useRealTimers()
  for (const name of Object.keys(process.env))
    if (!(name in environment)) Reflect.deleteProperty(process.env, name)
  Object.assign(process.env, environment)
  if (globalThis.setTimeout !== realSetTimeout) {
    globalThis.setTimeout = realSetTimeout
    throw new Error('This file left a fake setTimeout: later files would wait for ever.')
  }
})
