import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { knownUser } from '../stores/users.js'
import { describeError, Failed, isTemporary, type Failure } from './errors.js'
import { fieldText } from './fields.js'

/** What a template needs besides `failure`. */
type PageData = (req: Request, failure?: Failure) => object | Promise<object>

/** A page with a form. */
export interface FormPage {
  readonly show: RequestHandler
  /**
   * Shows the page again after a failure of its form, and also after a temporary error (503), so
   * that the user can try again there. A user without a first factor gets the login page instead.
   */
  readonly onFailure: ErrorRequestHandler
}

/** A page with a form, from the template `views/<view>.ejs`. */
export function formPage(view: string, dataOf: PageData): FormPage {
  async function render(name: string, req: Request, res: Response, failure?: Failure) {
    const data = await dataOf(req, failure)
    res.status(failure?.status ?? 200).render(name, { failure, ...data })
  }
  return {
    show: (req, res) => render(view, req, res),
    onFailure: async (error: unknown, req, res, next) => {
      if (!(error instanceof Failed) && !isTemporary(error)) next(error)
      else if (knownUser(req)) await render(view, req, res, describeError(error, req))
      else showLogin(describeError(error, req), req, res)
    },
  }
}

const showLogin = (failure: Failure, req: Request, res: Response): void =>
  res.status(failure.status).render('login', { username: fieldText('username', req), failure })

/** Refuses a form that was filled in wrongly, with a sentence for the user. */
export function check(isRight: boolean, message: string, status = 400): asserts isRight {
  if (!isRight) throw new Failed({ status, code: 'form-malformed', message })
}
