// A real browser on the example, with the simulated phones beside its pages.
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type FrameLocator,
  type Locator,
  type Page,
} from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { demoPassword, openSite, type Site, type SiteOptions } from './site.js'

/** The headless shell is Chromium without windows. It needs half the processor time. */
const candidates = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'] as const
const executablePath =
  process.env['CHROMIUM'] ?? candidates.find(path => existsSync(path)) ?? candidates[1]
const howToGet = `there is no ${executablePath}: apt-get install --no-install-recommends chromium-headless-shell (or chromium), or set CHROMIUM to the path of yours`
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // One renderer process for each browser. By default, Chromium would start three times as many.
  '--disable-site-isolation-trials',
  '--renderer-process-limit=1',
]

let browser: Browser | undefined

/**
 * `describe` if the machine has Chromium. Otherwise the tests are skipped, and a line says how to
 * get it. With `CI=true` a skip is a failure.
 */
export function describeInBrowser(name: string, body: () => void): void {
  vi.setConfig({ testTimeout: 300_000 })
  if (!existsSync(executablePath)) {
    if (process.env['CI'] === 'true')
      test(name, () => {
        throw new Error(howToGet)
      })
    else describe.skip(`${name} (${howToGet})`, body)
    return
  }
  // All tests of the file share one browser, which is closed at the end.
  afterAll(async () => {
    await browser?.close()
    browser = undefined
  })
  describe(name, () => {
    beforeAll(async () => {
      browser ??= await chromium.launch({ executablePath, args: flags })
    }, 60_000)
    body()
  })
}

export interface GuestOptions extends BrowserContextOptions {
  readonly siteOptions?: SiteOptions
  /**
   * Whether the page waits for its usual time before it asks again. Default: one second at most.
   */
  readonly isPatient?: boolean
}

/** After the end of a call, or after an error, the page asks only once in five seconds. */
const impatience = `{
  const later = setTimeout
  globalThis.setTimeout = (act, milliseconds, ...given) => later(act, Math.min(milliseconds, 1000), ...given)
}`

/**
 * Opens the demo and a browser of its own for one person. Both end with the test, which fails if
 * the page had an error.
 */
export async function openDemo({ siteOptions, ...options }: GuestOptions = {}): Promise<Guest> {
  const site = await openSite({ isDemo: true, ...siteOptions })
  return openGuest(site, options)
}

/** An empty page that ends with the test. */
export async function openPage(): Promise<Page> {
  if (browser === undefined) throw new Error('openPage() belongs into describeInBrowser().')
  const context = await browser.newContext({ reducedMotion: 'reduce' })
  onTestFinished(() => context.close())
  return context.newPage()
}

/** Another browser on the same demo. */
export async function openGuest(
  site: Site,
  { isPatient = false, ...options }: Omit<GuestOptions, 'siteOptions'> = {},
): Promise<Guest> {
  if (browser === undefined) throw new Error('openDemo() belongs into describeInBrowser().')
  // An animation is painted sixty times a second while a phone rings. Only a test of motion needs
  // animations.
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    ...options,
  })
  if (!isPatient) await context.addInitScript(impatience)
  const errors: string[] = []
  // Collects what a policy blocks and what a script throws. Two messages of the browser itself are
  // not errors of the page: a status of 400 or more, and a simulated phone that may not take the
  // focus from the page beside it.
  context.on('weberror', error => {
    errors.push(error.error().message)
  })
  context.on('console', message => {
    const text = message.text()
    if (
      message.type() === 'error' &&
      !/^(Failed to load resource|Blocked autofocusing .* cross-origin subframe)/.test(text)
    )
      errors.push(text)
  })
  onTestFinished(async () => {
    await context.close()
    expect(errors).toEqual([])
  })
  return new Guest(site, await context.newPage())
}

/** A person whose screen shows the page and the simulated phone. */
export class Guest {
  constructor(
    readonly site: Site,
    readonly page: Page,
  ) {}

  /** The phone beside the page. */
  get phone(): FrameLocator {
    return this.page.frameLocator('iframe[title="Simulated phone"]')
  }

  /** Waits until an expression in the page has this value. A busy machine may take seconds. */
  async expectValue(expression: string, value: unknown): Promise<void> {
    await expect.poll(() => this.page.evaluate(expression), { timeout: 20_000 }).toBe(value)
  }

  /** The live region. */
  get status() {
    return this.page.getByRole('status')
  }

  async open(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.site.url).href)
  }

  async logIn(username: string): Promise<void> {
    await this.open('/login')
    await this.fill('User name', username)
    await this.fill('Password', demoPassword)
    await this.press('Continue')
  }

  /** Writes into the field with this label. */
  async fill(label: string, text: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).fill(text)
  }

  /** Chooses the box, or the radio button, whose label begins like this. */
  async choose(label: string): Promise<void> {
    await this.page.getByLabel(label).check()
  }

  /** Presses a button that sends a form, and waits for the next page. */
  async press(name: string): Promise<void> {
    await this.openOptions('button', name)
    await this.leave(() => this.page.getByRole('button', { name, exact: true }).click())
  }

  /** Opens "Other options" if the button or the link is in there. */
  protected async openOptions(element: 'button' | 'a', name: string): Promise<void> {
    const closed = this.page.locator('details:not([open])', {
      has: this.page.locator(element, { hasText: new RegExp(`^\\s*${name}\\s*$`) }),
    })
    if ((await closed.count()) > 0) await this.openSummary(closed.locator('summary'))
  }

  protected openSummary(summary: Locator): Promise<void> {
    return summary.click()
  }

  /**
   * Sends the form of a button that the page may have disabled, as a browser without JavaScript
   * can.
   */
  async pressAnyway(name: string): Promise<void> {
    await this.leave(() =>
      this.page.evaluate(
        `[...document.querySelectorAll('button')].find(each => each.textContent === ${JSON.stringify(name)}).form.requestSubmit()`,
      ),
    )
  }

  /**
   * Returns a function that clicks a button. It waits for nothing: the click() of Playwright would
   * wait for the page after the first click of a double click.
   */
  async clicker(name: string): Promise<() => void> {
    const { x, y, width, height } = (await this.page
      .getByRole('button', { name, exact: true })
      .boundingBox())!
    const place = { x: x + width / 2, y: y + height / 2, button: 'left', clickCount: 1 } as const
    const devTools = await this.page.context().newCDPSession(this.page)
    return () => {
      for (const type of ['mousePressed', 'mouseReleased'] as const)
        void devTools.send('Input.dispatchMouseEvent', { type, ...place }).catch(() => undefined)
    }
  }

  /** Follows a link to another page. */
  async follow(name: string): Promise<void> {
    await this.openOptions('a', name)
    await this.leave(() => this.page.getByRole('link', { name, exact: true }).click())
  }

  protected async leave(act: () => Promise<void>): Promise<void> {
    await Promise.all([this.page.waitForEvent('domcontentloaded'), act()])
  }

  /**
   * The HTML of the page after a form. Read from the response, because the page may be gone from
   * the screen after a second.
   */
  async pageAfter(act: () => Promise<void>): Promise<string> {
    let html = ''
    await this.page.route('**', async route => {
      if (route.request().method() !== 'POST') return route.fallback()
      const response = await route.fetch({ maxRedirects: 0 })
      html = await response.text()
      await route.fulfill({ response })
    })
    await act()
    await this.page.unrouteAll({ behavior: 'ignoreErrors' })
    return html
  }

  /** Waits until the page shows this state of the call. */
  async sees(state: string): Promise<void> {
    await this.page.locator(`.state[data-call="${state}"]`).waitFor()
  }

  digits(): Promise<string> {
    return this.page
      .locator('[data-matching-digits]')
      .getAttribute('data-matching-digits')
      .then(String)
  }

  /**
   * Answers the simulated phone, presses the digits of the page, listens, and returns the code.
   */
  async answer(digits?: string): Promise<string> {
    const keys = digits ?? (await this.digits())
    await this.phone.getByRole('button', { name: 'Answer' }).click()
    await this.phone.getByText('To hear the code').first().waitFor()
    for (const key of keys) await this.phone.getByRole('button', { name: `Key ${key}` }).click()
    if (digits !== undefined) return ''
    const spoken = await this.phone
      .getByText(/^(\d, ){5}\d$/)
      .first()
      .textContent()
    return String(spoken).replaceAll(', ', '')
  }

  /** Enters the code. A first entry sends itself at the last digit; then the button is pressed. */
  async submitCode(code: string): Promise<void> {
    const label = String(await this.page.locator('label[for=code]').textContent())
    if (await this.page.locator('#sends-itself').isVisible())
      await this.leave(() => this.fill(label, code))
    else {
      await this.fill(label, code)
      await this.press('Continue')
    }
  }

  /** Call and code, from the page that offers a call. */
  async confirm(): Promise<void> {
    await this.press('Call me now')
    await this.submitCode(await this.answer())
  }

  async expectPath(path: string): Promise<void> {
    await this.page.waitForURL(new URL(path, this.site.url).href)
  }

  heading(): Promise<string | null> {
    return this.page.getByRole('heading', { level: 1 }).textContent()
  }
}

let axeSource: Promise<string> | undefined

/** The light theme gets every rule, the dark theme only the rules about colors. */
const themes = { light: {}, dark: { runOnly: ['cat.color'] } } as const

/** What axe-core finds wrong with a page in both themes, a line for each finding. */
export async function axeFindings({ page }: Guest, where: string): Promise<string[]> {
  axeSource ??= readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  const findings: string[] = []
  for (const [colorScheme, rules] of Object.entries(themes) as [keyof typeof themes, object][]) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    if (!(await page.evaluate<boolean>('"axe" in globalThis'))) await page.evaluate(await axeSource)
    const { violations } = await page.evaluate<AxeResults>(
      `axe.run(document, ${JSON.stringify({ iframes: false, resultTypes: ['violations'], ...rules })})`,
    )
    for (const { id, nodes } of violations)
      findings.push(
        `${where}, ${colorScheme}: ${id} ${nodes.map(({ html, failureSummary = '' }) => `${html} ${failureSummary}`).join(' ')}`,
      )
  }
  return findings
}

/** Writes a picture for the documents, only when `SCREENSHOTS=1` asks for it. */
export async function takePicture({ page }: Guest, name: string): Promise<void> {
  if (process.env['SCREENSHOTS'] !== '1') return
  const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url))
  await mkdir(folder, { recursive: true })
  await page.locator('iframe').first().scrollIntoViewIfNeeded()
  await page.evaluate('scrollTo(0, 0)')
  // WebP, because the README's picture is in the package: it takes a fifth of the size of PNG.
  const browser = await page.context().newCDPSession(page)
  const screenshot = { format: 'webp', quality: 80 } as const
  const { data } = await browser.send('Page.captureScreenshot', screenshot)
  const picture = Buffer.from(data, 'base64')
  expect(picture.byteLength).toBeLessThan(40_000)
  await writeFile(`${folder}${name}.webp`, picture)
}
