import type { RequestHandler } from 'express'
import helmet from 'helmet'

/**
 * Security headers for every response.
 * @param frameUrl The only address that a page may show in a frame: the simulated phones of the
 * demo.
 */
export function securityHeaders(isHttps: boolean, frameUrl: string | undefined): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        frameSrc: frameUrl === undefined ? ["'none'"] : [new URL(frameUrl).origin],
      },
    },
    xFrameOptions: { action: 'deny' },
    // With `no-referrer`, browsers send `Origin: null` for the page's own forms.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: isHttps,
  })
}

/** Pages show who is logged in, so no browser and no proxy may store them. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store')
  next()
}
