import session, { type Store } from 'express-session'
import createMemoryStore from 'memorystore'
import { sessionSeconds } from './session-lifetime.js'

const MemoryStore = createMemoryStore(session)

/**
 * Sessions in the memory of this process. They expire, and the oldest ones make room for new ones.
 * express-session's own MemoryStore keeps all of them for ever.
 */
export function sessionsInMemory(): Store {
  return new MemoryStore({
    max: 100_000,
    checkPeriod: 60_000,
    ttl: (_options, data: Parameters<typeof sessionSeconds>[0]) => sessionSeconds(data) * 1000,
  })
}
