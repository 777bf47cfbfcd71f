import type { IncomingMessage, ServerResponse } from 'node:http'
import { failures, VoiceOtpError, type VoiceOtpStrategy } from '../index.js'
import { getCode, isAnonymous, postCall, postCode, showCode } from './code-page.js'
import type { PagesContext, Visit } from './context.js'
import type { PageFailure } from './failure.js'
import { isOwnForm } from './cross-site.js'
import { createFiles } from './files.js'
import { findTexts } from './language.js'
import type { OtpPagesOptions, PagePaths } from './options.js'
import { getPhone, postPhone, postVerifyPhone } from './phone-page.js'
import { FormProblem, readForm } from './read-form.js'
import { redirect, redirectAfterSave, type PageRequest } from './request.js'
import { readPageAccess, resolvePagesOptions } from './resolve-options.js'
import {
  getCodes,
  getRecover,
  getSecurity,
  postBrowsers,
  postCodes,
  postRecover,
} from './security-pages.js'
import { showPage } from './show.js'
import { createTemplates } from './templates.js'

/** Express middleware. */
export type PagesMiddleware = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** The middleware of the pages, and what an app's own pages in the same style need. */
export interface OtpPages extends PagesMiddleware {
  /** Serves script and style alone: for apps that want them before the session. Optional. */
  readonly files: PagesMiddleware
  /** The addresses of script and style. */
  readonly addresses: {
    /** The path of the script. */
    readonly script: string
    /** The path of the style sheet. */
    readonly style: string
  }
}

type Handler = (visit: Visit) => Promise<void> | void
interface Route {
  readonly name: keyof PagePaths
  readonly GET?: Handler
  readonly POST?: Handler
}
type Routes = Readonly<Partial<Record<keyof PagePaths, Omit<Route, 'name'>>>>

/**
 * Creates the pages of the second factor: the code, enrollment and change of the number, and, if
 * the strategy has these options, recovery codes and remembered browsers. Mount them without a
 * path, after `enforce()`: `app.use(otpPages(voiceOtp, { passport }))`. All other requests pass.
 * @param strategy The strategy that `passport.use()` got.
 * @throws TypeError that names the option and how to fix it; Error if `ejs` is missing or a
 * template cannot be compiled.
 */
export function otpPages<User extends object>(
  strategy: VoiceOtpStrategy<User>,
  options: OtpPagesOptions,
): OtpPages {
  const access = readPageAccess(strategy)
  const resolved = resolvePagesOptions(options, access)
  const files = createFiles(resolved.paths.files)
  const pages: PagesContext = {
    strategy: strategy,
    access,
    options: resolved,
    files,
    render: createTemplates(resolved.views),
  }
  const routes = routesByPath(pages)
  const serveFiles: PagesMiddleware = (req, res, next) => {
    if (!files.send(req, res, pathOf(req))) next()
  }
  const middleware: PagesMiddleware = (req, res, next) => {
    const problem = mountingProblem(req)
    const path = pathOf(req)
    if (problem !== undefined) next(new VoiceOtpError('configuration', problem))
    else if (!files.send(req, res, path)) respond(pages, routes.get(path), req, res, next)
  }
  return Object.assign(middleware, {
    files: serveFiles,
    addresses: { script: files.script, style: files.style },
  })
}

const routesOf = ({ access, strategy }: PagesContext): Routes => {
  const toCode: Handler = visit => goTo(visit, 'code')
  const toPhone: Handler = visit => goTo(visit, 'phone')
  const toSecurity: Handler = visit => goTo(visit, 'security')
  const status = strategy.status()
  return {
    code: { GET: getCode, POST: postCode },
    // After a failed form, the browser stays at the address of the form. A reload there must show
    // the page.
    call: { GET: toCode, POST: postCall },
    status: {
      GET: ({ req, res }) =>
        new Promise((_resolve, reject) => {
          status(req as never, res, reject)
        }),
    },
    ...(access.canEnroll
      ? {
          phone: { GET: getPhone, POST: postPhone },
          verifyPhone: { GET: toPhone, POST: postVerifyPhone },
        }
      : {}),
    ...(access.hasRecovery
      ? {
          recover: { GET: getRecover, POST: postRecover },
          codes: { GET: getCodes, POST: postCodes },
        }
      : {}),
    ...(access.rememberDays === undefined
      ? {}
      : { browsers: { GET: toSecurity, POST: postBrowsers } }),
    ...(access.hasRecovery || access.rememberDays !== undefined
      ? { security: { GET: getSecurity } }
      : {}),
  }
}

const goTo = ({ pages, res }: Visit, page: keyof PagePaths): void => {
  redirect(res, pages.options.paths[page])
}

/** Express compares paths without regard to case and to a slash at the end. */
const normalize = (path: string): string => path.toLowerCase().replace(/(.)\/$/, '$1')

function routesByPath(pages: PagesContext): ReadonlyMap<string, Route> {
  const { paths } = pages.options
  const routes = Object.entries(routesOf(pages)) as [keyof PagePaths, Omit<Route, 'name'>][]
  return new Map(routes.map(([name, route]) => [normalize(paths[name]), { name, ...route }]))
}

/**
 * The path of a request, without its query. An absolute request line has a path too: Express
 * matches it with the routes.
 */
function pathOf({ url = '' }: IncomingMessage): string {
  const path = url.startsWith('/') || !URL.canParse(url) ? url : new URL(url).pathname
  return normalize(path.replace(/[?#].*$/s, ''))
}

const seen = new WeakSet<IncomingMessage>()

/** Says what the developer must change if the pages are mounted in the wrong place. */
function mountingProblem(req: IncomingMessage): string | undefined {
  const { baseUrl = '', session } = req as PageRequest & { baseUrl?: string }
  if (baseUrl !== '')
    return 'Mount otpPages() without a path: app.use(otpPages(...)). Its option paths moves the pages.'
  if (session === undefined) return 'Mount otpPages() after express-session and after enforce().'
  if (seen.has(req)) return 'The pages are mounted twice. Call app.use(otpPages(...)) once.'
  seen.add(req)
  return undefined
}

function respond(
  pages: PagesContext,
  route: Route | undefined,
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
): void {
  const method = req.method === 'HEAD' ? 'GET' : req.method
  const handler = method === 'GET' || method === 'POST' ? route?.[method] : undefined
  if (route === undefined || handler === undefined) next()
  else
    visitPage(pages, route, handler, req as PageRequest, res).catch((error: unknown) => {
      // If a timeout of the app has responded, Express would close the connection for an error.
      if (!res.headersSent) next(error)
    })
}

async function visitPage(
  pages: PagesContext,
  { name }: Route,
  handler: Handler,
  req: PageRequest,
  res: ServerResponse,
): Promise<void> {
  // Without enforce(), this call rejects with an error that says so.
  const languages = await pages.access.languages(req as never)
  const visit: Visit = { pages, req, res, texts: findTexts(languages, pages.options.texts) }
  if (name !== 'status' && isAnonymous(visit)) {
    if (req.method === 'POST' && codeForms.has(name)) showLoginFirst(visit)
    else await redirectToLogin(visit, name)
    return
  }
  // For logs and telemetry, as Express does for its own routes.
  req.route ??= { path: pages.options.paths[name] }
  const problem = req.method === 'POST' ? await formProblem(visit) : undefined
  if (problem === undefined) await handler(visit)
  else await showCode(visit, describeFormProblem(visit, problem))
}

/** The forms that take or send a code: without a login, they are refused with 401. */
const codeForms: ReadonlySet<keyof PagePaths> = new Set(['code', 'call', 'recover'])

/** Redirects a visitor who has not logged in. After the login, a page of the account is shown. */
async function redirectToLogin({ pages, req, res }: Visit, name: keyof PagePaths): Promise<void> {
  const { paths } = pages.options
  const isAccountPage = name === 'phone' || name === 'security' || name === 'codes'
  if (isAccountPage && req.method === 'GET') {
    req.session.returnTo = paths[name]
    await redirectAfterSave(req, res, paths.login)
  } else redirect(res, paths.login)
}

/** Refuses a form without a login, for example after the session expired in another tab. */
function showLoginFirst(visit: Visit): void {
  const { status } = failures['first-factor-required']
  showPage(visit, { view: 'log-in', status, heading: visit.texts.headings.logIn, data: {} })
}

async function formProblem({ pages, req }: Visit): Promise<FormProblem | undefined> {
  const { csrfToken, origins } = pages.options
  if (!isOwnForm(req, csrfToken === undefined ? origins : undefined))
    return new FormProblem('cross-site')
  try {
    await readForm(req)
    return undefined
  } catch (error) {
    /* v8 ignore next -- readForm() throws nothing else */
    if (!(error instanceof FormProblem)) throw error
    return error
  }
}

const describeFormProblem = ({ texts }: Visit, { code, status }: FormProblem): PageFailure => ({
  code,
  status,
  message: texts.pageFailures[code],
})
