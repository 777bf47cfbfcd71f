// Test files share their processes: what one of them forgot to put back, or could not because a
// test failed, must not reach the next.
import { afterAll, vi } from 'vitest'

// Vitest runs this before each file, and so before what a file sets while it is loaded.
const environment = { ...process.env }

afterAll(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  for (const name of Object.keys(process.env))
    if (!(name in environment)) Reflect.deleteProperty(process.env, name)
  Object.assign(process.env, environment)
})
