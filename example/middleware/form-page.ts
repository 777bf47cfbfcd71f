import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { knownUser } from '../stores/users.js'
import { describeError, Failed, type Failure, isForUsers } from './errors.js'

/** What a template needs besides `failure`. */
type PageData = (req: Request, failure?: Failure) => object | Promise<object>

/** A page with a form. */
export interface FormPage {
  readonly show: RequestHandler
  /**
   * Shows the page again after a failure of its form, and also after an error of the strategy
   * (503), so that the user can try again there. A user without a first factor gets the login page.
   */
  readonly onFailure: ErrorRequestHandler
}

/** A page with a form, from the template `views/<view>.ejs`. */
export function formPage(view: string, dataOf: PageData): FormPage {
  async function render(req: Request, res: Response, failure?: Failure) {
    const template = failure && !knownUser(req) ? 'login' : view
    const data = await dataOf(req, failure)
    res.status(failure?.status ?? 200).render(template, { failure, ...data })
  }
  return {
    show: (req, res) => render(req, res),
    onFailure: async (error: unknown, req, res, next) => {
      if (isForUsers(error)) await render(req, res, describeError(error, req))
      else next(error)
    },
  }
}

/** Refuses a form that was filled in wrongly, with a sentence for the user. */
export function check(isRight: boolean, message: string, status = 400): asserts isRight {
  if (!isRight) throw new Failed({ status, code: 'form-malformed', message })
}
