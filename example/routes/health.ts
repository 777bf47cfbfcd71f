import type { RequestHandler } from 'express'

export interface Health {
  readonly ready: boolean
  /** Identifies this app, so that `--check` can tell it from another app at the same address. */
  readonly instance?: string
}

/** Reports to a proxy or container whether this process can serve requests: 200, otherwise 503. */
export const healthRoute =
  (health: () => Health): RequestHandler =>
  (_req, res) => {
    const report = health()
    const status = report.ready ? 200 : 503
    res.status(status).set('Cache-Control', 'no-store').json(report)
  }
