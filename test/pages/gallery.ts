// Serves every state of the ready pages, in each language, from a strategy that says what the state
// needs.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { VoiceOtpError } from '../../lib/index.js'
import { type PageAccess, pageAccessKey } from '../../lib/page-access.js'
import { type OtpPagesOptions, otpPages, pageTexts } from '../../lib/pages/index.js'
import { galleryStates, type GalleryState, messageOf } from './states.js'

export { galleryStates } from './states.js'
export const galleryLanguages = [...pageTexts.keys()]
export const galleryThemes = ['light', 'dark'] as const

const day = (text: string): Date => new Date(`${text}T12:00:00Z`)
const phones = [
  { id: 'a', label: 'Home', phone: '••• ••• ••45' },
  { id: 'b', label: 'Office', phone: '••• ••• ••99' },
]
const browsers = [
  {
    id: '1',
    name: 'Firefox on Linux',
    createdAt: day('2026-11-02'),
    usedAt: day('2026-11-20'),
    expiresAt: day('2026-12-02'),
  },
  {
    id: '2',
    name: 'Safari on an iPhone',
    createdAt: day('2026-11-01'),
    usedAt: day('2026-11-01'),
    expiresAt: day('2026-12-01'),
  },
]
const challenge = {
  phone: '••• ••• ••45',
  from: '+12025550100',
  matchingDigits: '42',
  purpose: 'login',
  channel: 'call',
  expiresIn: 272,
  nextCallIn: 48,
}
const status = {
  call: 'none',
  expiresIn: 272,
  nextCallIn: 48,
  attemptsLeft: 5,
  startsIn: 0,
  callsBefore: 0,
  otherChannels: [],
  pollAfter: 10,
}

/** A strategy in one state. */
function strategyIn(state: GalleryState, language: string): object {
  const currentStatus = state.challenge
    ? { ...status, ...state.status }
    : { ...status, expiresIn: 0, nextCallIn: state.failure?.retryAfter ?? 0 }
  const access: PageAccess = {
    appName: 'Acme',
    origin: 'http://127.0.0.1',
    codeLength: 6,
    attemptsPerChallenge: 5,
    rememberDays: 30,
    hasRecovery: true,
    canEnroll: state.path === '/phone' || state.phones !== 0,
    factors: state.factors ?? [],
    languages: () => Promise.resolve([language]),
    phones: () => Promise.resolve(state.phones === 0 ? null : phones.slice(0, state.phones ?? 1)),
    userId: () => 'alice',
    recoveryCodesLeft: () => Promise.resolve(state.browsers === undefined ? 0 : 3),
  }
  return {
    [pageAccessKey]: access,
    name: 'voice-otp',
    channels: state.channels ?? ['call'],
    availableFactors: () =>
      Promise.resolve(
        [...access.factors, ...(state.isPhoneRefused ? [] : ['phone'])].map(name => ({
          name,
          phishingResistant: name === 'passkey',
        })),
      ),
    getStatus: () => Promise.resolve(currentStatus),
    status: () => (_req: IncomingMessage, res: ServerResponse) => {
      res.setHeader('Content-Type', 'application/json')
      res.end(JSON.stringify(currentStatus))
    },
    requireSecondFactor: () => (_req: unknown, _res: unknown, next: () => void) => {
      next()
    },
    createRecoveryCodes: () =>
      Promise.resolve(Array.from({ length: 10 }, (_, index) => `7K2M${index}-XR4TQ`)),
    remembered: {
      list: () => Promise.resolve(browsers.slice(0, state.browsers ?? 0)),
      current: () => '1',
    },
  }
}

/** A Passport whose result is the failure or the error of the state. */
const passportIn = ({ failure, error }: GalleryState): OtpPagesOptions['passport'] => ({
  authenticate: (_name, _options, callback) => () => {
    const done = callback as (...given: unknown[]) => void
    if (error !== undefined)
      done(new VoiceOtpError(error, undefined, undefined, error === 'queue-full' ? 45 : undefined))
    else if (failure) done(null, false, { message: messageOf(failure.code), ...failure }, 401)
  },
})

/** Shows one state: `/<state>/<language>/<theme>`. */
function showState(req: IncomingMessage, res: ServerResponse, parts: readonly string[]): boolean {
  const [name = '', language = 'en-US', theme = 'light', ...rest] = parts
  const state = galleryStates[name]
  if (state === undefined) return false
  const base = `/${encodeURIComponent(name)}/${language}/${theme}`
  const isStatus = rest.join('/') === 'status'
  const isForm =
    !isStatus && Boolean(state.failure ?? state.error ?? state.isCrossSite ?? state.isForm)
  const pages = otpPages(strategyIn(state, language) as never, {
    passport: passportIn(state),
    paths: { ...(state.path === '/otp' ? { code: base } : {}), status: `${base}/status` },
    factors: Object.fromEntries(
      (state.factors ?? []).map(name => [
        name,
        { href: `/otp/${name}`, setUp: `/security/${name}` },
      ]),
    ),
    onError: () => 'a1b2c3d4',
  })
  const user = { id: 'alice' }
  Object.assign(req, {
    url: isStatus || state.path === '/otp' ? req.url : state.path,
    method: isForm ? 'POST' : 'GET',
    body: state.fields ?? {},
    session: {
      messages:
        state.messages && pageTexts.get(language)
          ? [pageTexts.get(language)?.browsers.forgotten]
          : undefined,
      save: (done: () => void) => {
        done()
      },
      ...(state.isLoggedIn === true ? { returnTo: '/', voiceOtpStepUp: '/' } : {}),
    },
    ...(state.isLoggedIn === true ? { user } : { pendingUser: user }),
    voiceOtp: state.challenge && { ...challenge, ...state.challenge },
  })
  req.headers['sec-fetch-site'] = state.isCrossSite === true ? 'cross-site' : 'same-origin'
  // A person chooses the theme in the gallery, whatever the system prefers.
  const end = res.end.bind(res) as (text?: unknown) => ServerResponse
  Object.assign(res, {
    end: (text?: unknown) =>
      end(
        typeof text === 'string'
          ? text.replace(/href="[^"]*\.css"/, `href="/theme/${theme}.css"`)
          : text,
      ),
  })
  pages(req, res, error => {
    res.statusCode = 500
    res.end(String(error))
  })
  return true
}

const escape = (text: string): string => text.replace(/[&<"]/g, sign => `&#${sign.charCodeAt(0)};`)

/** A page with every state in a frame. */
function overview(query: URLSearchParams): string {
  const language = query.get('language') ?? 'en-US'
  const theme = query.get('theme') ?? 'light'
  const width = Number(query.get('width')) || 390
  const choose = (name: string, values: readonly (string | number)[], chosen: unknown): string =>
    `<label>${name} <select name="${name}">${values
      .map(value => `<option${value === chosen ? ' selected' : ''}>${value}</option>`)
      .join('')}</select></label>`
  const frames = Object.keys(galleryStates)
    .map(
      name =>
        `<figure><figcaption><a href="/${encodeURIComponent(name)}/${language}/${theme}">${escape(name)}</a></figcaption><iframe loading="lazy" title="${escape(name)}" src="/${encodeURIComponent(name)}/${language}/${theme}" width="${width}" height="820"></iframe></figure>`,
    )
    .join('\n')
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Pages</title>
<style>body{font:1rem system-ui;margin:1rem;background:#888}figure{display:inline-block;margin:.5rem}iframe{border:0}form{background:#fff;padding:1rem}</style>
<form>${choose('language', galleryLanguages, language)} ${choose('theme', galleryThemes, theme)}
${choose('width', [390, 768, 1280], width)} <button>Show</button></form>
${frames}</html>`
}

/** The style sheet with one theme, whatever the system prefers. */
function styleOf(theme: string): string {
  const query = '@media (prefers-color-scheme: dark)'
  const media = theme === 'dark' ? '@media all' : '@media not all'
  return themeSource()
    .replace(query, media)
    .replace('color-scheme: light dark', `color-scheme: ${theme}`)
}

let source: string | undefined
function themeSource(): string {
  if (source === undefined) {
    let text = ''
    const pages = otpPages(strategyIn({ path: '/otp' }, 'en-US') as never, {
      passport: passportIn({ path: '/otp' }),
    })
    const res = {
      writeHead: () => undefined,
      end: (content: Buffer) => {
        text = content.toString()
      },
    }
    pages.files(
      { method: 'GET', url: pages.addresses.style } as never,
      res as never,
      () => undefined,
    )
    source = text
  }
  return source
}

/** Starts the gallery. */
export async function startGallery(port = 0): Promise<{ url: string; close: () => void }> {
  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://localhost')
    const parts = pathname.slice(1).split('/').map(decodeURIComponent)
    if (pathname === '/') {
      res.setHeader('Content-Type', 'text/html; charset=utf-8')
      res.end(overview(searchParams))
    } else if (parts[0] === 'theme') {
      res.setHeader('Content-Type', 'text/css')
      res.end(styleOf(String(parts[1]).replace('.css', '')))
    } else if (!showState(req, res, parts)) {
      const pages = otpPages(strategyIn({ path: '/otp' }, 'en-US') as never, {
        passport: passportIn({ path: '/otp' }),
      })
      pages.files(req, res, () => {
        res.statusCode = 404
        res.end()
      })
    }
  })
  await new Promise<void>(resolve => {
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
