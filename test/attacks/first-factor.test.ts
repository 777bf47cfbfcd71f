import { afterEach, expect, test } from 'vitest'
import { openSite, type Site } from './support/harness.js'

let site: Site
afterEach(() => site.close())

test('smoke', async () => {
  site = await openSite()
  const alice = site.person('alice')
  await alice.passBoth()
  expect(await alice.isIn()).toBe(true)
  expect(site.events.map(e => e.name)).toEqual([])
})
