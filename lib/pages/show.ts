import type { Visit } from './context.js'
import { type PageFailure, wordsOf } from './failure.js'
import { pageHelpers } from './helpers.js'
import { knownUser, takeMessages } from './request.js'
import { type PageState, waitingText } from './state.js'

/** What a page shows, besides the data of its template. */
export interface PageContent {
  /** The template. */
  readonly view: string
  readonly heading: string
  /** HTTP status. Default: that of the failure, or 200. */
  readonly status?: number
  readonly failure?: PageFailure | undefined
  readonly state?: PageState
  /** Whether the failure needs no attention, because the code is on its way already. */
  readonly isCalm?: boolean
  readonly data: object
}

/** Renders a page and its layout, and sends them. */
export function showPage({ pages, req, res, texts }: Visit, content: PageContent): void {
  if (res.headersSent) return // a time limit of the app has responded already
  const { options, files, render, access } = pages
  const { heading, failure, isCalm = false } = content
  const { language } = texts
  const shared = {
    // As in Express: a layout of the app finds its own data.
    ...req.app?.locals,
    ...(res as { locals?: object }).locals,
    t: texts,
    lang: language,
    title: failure !== undefined && !isCalm ? texts.errorTitle(heading) : heading,
    heading,
    view: content.view,
    brand: options.brand,
    stylesheet: options.stylesheet,
    files,
    paths: options.paths,
    user: knownUser(req),
    isPending: req.pendingUser !== undefined,
    canRecover: access.hasRecovery,
    formToken: options.csrfToken?.(req as never),
    messages: takeMessages(req),
    failure: failure && {
      ...failure,
      ...wordsOf(texts, failure, isCalm),
      isCalm,
    },
    state: content.state,
    challenge: undefined,
    status: undefined,
    waitingText: (state: PageState, startsIn: number, callsBefore: number) =>
      waitingText(texts, state, startsIn, callsBefore),
    ...pageHelpers(language),
  }
  const data = { ...shared, ...content.data }
  const html = render('layout', { ...data, body: render(content.view, data) })
  res.writeHead(content.status ?? failure?.status ?? 200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Language': language,
    // The page shows who logs in. With no-referrer, browsers would send `Origin: null`.
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'same-origin',
  })
  res.end(req.method === 'HEAD' ? undefined : html)
}
