import type { Request } from '../request.js'
import { warnOnce } from '../warn-once.js'

const parsers = {
  'application/x-www-form-urlencoded': {
    code: 'VOICE_OTP_NO_FORM_PARSER',
    mount: 'express.urlencoded({ extended: false })',
  },
  'application/json': { code: 'VOICE_OTP_NO_JSON_PARSER', mount: 'express.json()' },
} as const

/**
 * Warns if the code is missing because no body parser read the body. The response is the same as
 * for a malformed code, which gives a developer no hint.
 * @internal
 */
export function warnAboutUnparsedBody(req: Request): void {
  const { body, headers, readableEnded } = req
  const isParsed = readableEnded && typeof body === 'object' && !Buffer.isBuffer(body)
  const [type = ''] = (headers['content-type'] ?? '').toLowerCase().split(';')
  const parser = Object.hasOwn(parsers, type.trim())
    ? parsers[type.trim() as keyof typeof parsers]
    : undefined
  if (isParsed || parser === undefined) return
  warnOnce(
    parser.code,
    `A request with a code arrived, and no parser had read its body (${type.trim()}). Mount app.use(${parser.mount}) before the routes of passport.authenticate('voice-otp').`,
  )
}
