import type { ServerResponse } from 'node:http'
import type { PageAccess } from '../page-access.js'
import type { PageFailure } from './failure.js'
import type { PageFiles } from './files.js'
import type { PageRequest } from './request.js'
import type { AnyStrategy, ResolvedPagesOptions } from './resolve-options.js'
import type { Render } from './templates.js'
import type { PageTexts } from './texts/texts.js'

/** What the pages share. `otpPages()` creates it once. */
export interface PagesContext {
  readonly strategy: AnyStrategy
  readonly access: PageAccess
  readonly options: ResolvedPagesOptions
  readonly files: PageFiles
  readonly render: Render
}

/** One request for a page. */
export interface Visit {
  readonly pages: PagesContext
  readonly req: PageRequest
  readonly res: ServerResponse
  /** The texts in the language of the user. */
  readonly texts: PageTexts
}

/** Shows the page of a form; after a failure, with what went wrong. */
export type ShowPage = (visit: Visit, failure?: PageFailure) => Promise<void>
