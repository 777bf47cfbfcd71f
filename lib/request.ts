import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * A request: Node's, with the properties that Express, express-session and Passport add.
 */
export type Request = IncomingMessage &
  Express.Request & {
    /** What a body parser made of the body. */
    readonly body?: Readonly<Record<string, unknown>> | undefined
  }

/** The path and query of a request before any middleware has changed it, also outside Express. */
export function urlOf(req: IncomingMessage): string {
  const { originalUrl, url = '' } = req as IncomingMessage & { originalUrl?: string }
  return originalUrl ?? url
}

/** Express middleware, described with Node's types only. */
export type Middleware = (
  req: Request,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void
