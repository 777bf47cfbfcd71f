import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * A request as this package sees it: Node's, with what Express, express-session and Passport add.
 */
export type Request = IncomingMessage &
  Express.Request & {
    /** What a body parser made of the body. */
    readonly body?: Readonly<Record<string, unknown>> | undefined
  }

/** Express middleware, described with Node's types only. */
export type Middleware = (
  req: Request,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void
