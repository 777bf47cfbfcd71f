import { statSync } from 'node:fs'
import { readOptions } from '../check-options.js'
import { isOwnPath } from '../own-path.js'
import type { VoiceOtpStrategy } from '../index.js'
import { type PageAccess, pageAccessKey } from '../page-access.js'
import { checkTexts } from './check-texts.js'
import { pageTexts } from './language.js'
import type { FactorPage, OtpPagesOptions, PagePaths } from './options.js'
import { isLine, resolveFactorPages } from './resolve-factor-pages.js'
import type { PageTexts } from './texts/texts.js'

/** The checked options, with every default filled in. */
export interface ResolvedPagesOptions {
  readonly passport: OtpPagesOptions['passport']
  readonly paths: PagePaths
  /** By name, the best factor first. */
  readonly factors: ReadonlyMap<string, FactorPage>
  readonly views: string | undefined
  readonly brand: { readonly name: string; readonly logo: string | undefined }
  readonly stylesheet: string | undefined
  readonly csrfToken: OtpPagesOptions['csrfToken']
  readonly origins: ReadonlySet<string>
  readonly texts: ReadonlyMap<string, PageTexts>
  readonly onError: OtpPagesOptions['onError']
}

const names = [
  'passport',
  'paths',
  'factors',
  'views',
  'brand',
  'stylesheet',
  'csrfToken',
  'origins',
  'texts',
  'onError',
] as const satisfies readonly (keyof OtpPagesOptions)[]

const defaultPaths: PagePaths = {
  code: '/otp',
  call: '/otp/call',
  status: '/otp/status',
  files: '/otp/files',
  phone: '/phone',
  verifyPhone: '/phone/verify',
  recover: '/recover',
  security: '/security',
  browsers: '/security/browsers',
  codes: '/security/codes',
  login: '/login',
  home: '/',
}

/** What the pages need of the strategy. Throws a `TypeError` for anything but a strategy. */
export function readPageAccess(strategy: unknown): PageAccess {
  const access = (Object(strategy) as { [pageAccessKey]?: PageAccess })[pageAccessKey]
  if (access !== undefined) return access
  throw new TypeError(
    'otpPages(voiceOtp, { passport }): give the VoiceOtpStrategy of this version of passport-voice-otp as the first argument.',
  )
}

/** Checks the options. Throws a `TypeError` that names the option and how to fix it. */
export function resolvePagesOptions(
  options: OtpPagesOptions,
  { appName, origin, factors }: PageAccess,
): ResolvedPagesOptions {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('otpPages(voiceOtp, { passport }): give an object of options.')
  const given = readOptions(options, names, 'otpPages: ')
  if (typeof given.passport?.authenticate !== 'function')
    throw new TypeError("otpPages: passport: give your app's Passport: require('passport').")
  for (const name of ['csrfToken', 'onError'] as const)
    if (given[name] !== undefined && typeof given[name] !== 'function')
      throw new TypeError(`otpPages: ${name}: give a function, or omit it.`)
  const brand = readOptions(given.brand ?? {}, ['name', 'logo'], 'otpPages: brand.')
  if (brand.name !== undefined && !isLine(brand.name))
    throw new TypeError('otpPages: brand.name: give 1 to 60 characters on one line.')
  return {
    passport: given.passport,
    paths: resolvePaths(given.paths),
    factors: resolveFactorPages(given.factors, factors),
    views: resolveViews(given.views),
    brand: { name: brand.name ?? appName, logo: checkedAddress('brand.logo', brand.logo) },
    stylesheet: checkedAddress('stylesheet', given.stylesheet),
    csrfToken: given.csrfToken?.bind(options),
    origins: new Set(resolveOrigins(given.origins ?? [origin])),
    texts: resolveTexts(given.texts),
    onError: given.onError?.bind(options),
  }
}

function resolvePaths(given: Partial<PagePaths> = {}): PagePaths {
  const pathNames = Object.keys(defaultPaths) as (keyof PagePaths)[]
  const own = readOptions(given, pathNames, 'otpPages: paths.')
  const paths = { ...defaultPaths, ...own }
  for (const name of pathNames) {
    if (!isOwnPath(paths[name]) || /[?#]|.\/$/.test(paths[name]))
      throw new TypeError(
        `otpPages: paths.${name}: give a path of this app without a query, for example '${defaultPaths[name]}'.`,
      )
  }
  // The paths of the login and the start page belong to the app, so they may be equal.
  const served = pathNames.filter(name => name !== 'login' && name !== 'home')
  const twice = served.find(name => served.filter(other => paths[other] === paths[name]).length > 1)
  if (twice !== undefined)
    throw new TypeError(
      `otpPages: paths.${twice}: another page has the path ${paths[twice]}. Give each page its own path.`,
    )
  return paths
}

function resolveViews(views: unknown): string | undefined {
  if (views === undefined) return undefined
  if (typeof views === 'string' && statSync(views, { throwIfNoEntry: false })?.isDirectory())
    return views
  throw new TypeError(
    `otpPages: views: there is no such folder. Give the full path of a folder with your own templates, or omit it.`,
  )
}

function checkedAddress(name: string, address: unknown): string | undefined {
  if (address === undefined || isOwnPath(address)) return address
  throw new TypeError(`otpPages: ${name}: give a path on this site, for example '/acme.css'.`)
}

function resolveOrigins(origins: unknown): readonly string[] {
  const isOrigin = (each: unknown): boolean =>
    typeof each === 'string' && URL.canParse(each) && new URL(each).origin === each
  if (Array.isArray(origins) && origins.length > 0 && origins.every(isOrigin))
    return origins as readonly string[]
  throw new TypeError(
    "otpPages: origins: give a list of origins without a path, for example ['https://acme.example'].",
  )
}

function resolveTexts(own: unknown = {}): ReadonlyMap<string, PageTexts> {
  if (typeof own !== 'object' || own === null)
    throw new TypeError(
      "otpPages: texts: give an object of languages by tag, for example { 'sv-SE': {...} }.",
    )
  return new Map([
    ...pageTexts,
    ...Object.entries(own).map(([tag, texts]) => [tag, checkTexts(tag, texts)] as const),
  ])
}

/** The strategy, as the pages use it. */
export type AnyStrategy = Pick<
  VoiceOtpStrategy<never>,
  | 'name'
  | 'channels'
  | 'availableFactors'
  | 'status'
  | 'getStatus'
  | 'remembered'
  | 'createRecoveryCodes'
  | 'requireSecondFactor'
>
