// axe-core on every state of the ready pages. `npm run test:pages` runs it, not `npm test`.
// PAGES=all: every state in every language.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeInBrowser, openPage } from '../support/chromium.js'
import { galleryLanguages, galleryStates, galleryThemes, startGallery } from './gallery.js'

const fewStates = ['before the call', 'ringing', 'wrong code']
/** Milliseconds for all states in one language, also beside other programs. */
const allStatesTimeout = 3_600_000
const isWhole = process.env['PAGES'] === 'all'

describeInBrowser('axe-core finds nothing', () => {
  let gallery: Awaited<ReturnType<typeof startGallery>>
  let axe = ''
  beforeAll(async () => {
    gallery = await startGallery()
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  })
  afterAll(() => {
    gallery.close()
  })

  test.each(galleryLanguages)(
    'on the states of the pages in %s',
    async language => {
      const page = await openPage()
      // A state stays as it is while axe-core looks at it.
      await page.route('**/status', route => route.abort())
      const states = isWhole || language === 'en-US' ? Object.keys(galleryStates) : fewStates
      const findings: string[] = []
      for (const state of states) {
        for (const theme of galleryThemes) {
          await page.goto(`${gallery.url}/${encodeURIComponent(state)}/${language}/${theme}`)
          await page.evaluate(axe)
          for (const width of [390, 1280]) {
            const where = `${state}, ${theme}, ${width}`
            await page.setViewportSize({ width, height: 900 })
            const { violations } = await page.evaluate<AxeResults>(
              `axe.run(document, { resultTypes: ['violations'] })`,
            )
            for (const { id, nodes } of violations)
              findings.push(`${where}: ${id} ${nodes.map(({ html }) => html).join(' ')}`)
            if (await page.evaluate('document.documentElement.scrollWidth > innerWidth'))
              findings.push(`${where}: the page is wider than the screen`)
          }
        }
      }
      expect(findings).toEqual([])
    },
    allStatesTimeout,
  )
})
