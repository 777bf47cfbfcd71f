import type { RequestHandler } from 'express'

/** Reports to a proxy or container whether this process can serve requests: 200, otherwise 503. */
export function healthRoute(isReady: () => boolean): RequestHandler {
  return (_req, res) => {
    const ready = isReady()
    res
      .status(ready ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ ready })
  }
}
