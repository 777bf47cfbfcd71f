// The same promises for every store of the trail that the documents show.
import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MemoryTrailStore, type TrailStore } from 'passport-voice-otp'
import { createTrailTable, trailInPostgres } from './trail-postgres.js'

const bounds = { maxEntries: 3, maxAgeSeconds: 3600 }
const now = Date.now()

/** Every store keeps these promises. `where` names it in the titles. */
function testTrail(where: string, open: () => TrailStore): void {
  test(`a trail in ${where} lists the newest entries of one user first`, async () => {
    const store = open()
    const entry = {
      at: now,
      event: 'code.blocked',
      purpose: 'login',
      code: 'too-many-calls',
      until: now + 60_000,
    } as const
    await store.add('alice', entry, bounds)
    await store.add('alice', { at: now + 1, event: 'code.sent' }, bounds)
    await store.add('bob', { at: now + 2, event: 'call.reported' }, bounds)
    expect(await store.list('alice')).toEqual([{ at: now + 1, event: 'code.sent' }, entry])
    expect(await store.list('nobody')).toEqual([])
  })

  test(`a trail in ${where} keeps three entries when twenty are added at the same time`, async () => {
    const store = open()
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) =>
        store.add('carol', { at: now + index, event: 'code.sent' }, bounds),
      ),
    )
    await store.add('carol', { at: now + 20, event: 'code.accepted' }, bounds)
    const entries = await store.list('carol')
    expect(entries).toHaveLength(3)
    expect(entries[0]?.event).toBe('code.accepted')
  })
}

const memory = new MemoryTrailStore()
testTrail('memory', () => memory)

const database = new PGlite()
beforeAll(() => database.exec(createTrailTable), 120_000)
afterAll(() => database.close())
const pool = {
  query: ({ text, values = [] }: { readonly text: string; readonly values?: readonly unknown[] }) =>
    database.query(text, [...values]),
}
testTrail('Postgres', () => trailInPostgres(pool))

test('a trail in Postgres deletes old entries of everybody', async () => {
  const store = trailInPostgres(pool)
  await store.add('dave', { at: now - 3_600_001, event: 'code.sent' }, bounds)
  await store.add('eve', { at: now, event: 'code.sent' }, bounds)
  expect(await store.list('dave')).toEqual([])
})
