import type { RequestListener } from 'node:http'
import { type Request, type RequestHandler, type Response, urlencoded } from 'express'
import session, { type SessionOptions } from 'express-session'
import type { Authenticator } from 'passport'
import type { VoiceOtpStrategy } from 'passport-voice-otp'

/** A login without a framework: `createServer(createLogin(...))`. */
export function createLogin(
  passport: Authenticator,
  voiceOtp: VoiceOtpStrategy,
  sessionOptions: SessionOptions,
): RequestListener {
  const webhooks = voiceOtp.webhooks()
  const everyRequest: RequestHandler[] = [
    session(sessionOptions),
    urlencoded({ extended: false }),
    passport.session(),
    voiceOtp.enforce(),
  ]
  const routes: Record<string, RequestHandler[]> = {
    'POST /login': [passport.authenticate('local'), (_req, res) => res.end('Password verified.')],
    'POST /otp/call': [
      passport.authenticate('voice-otp', { action: 'call' }),
      (req, res) => res.writeHead(202).end(JSON.stringify(req.voiceOtp)),
    ],
    'POST /otp': [passport.authenticate('voice-otp'), (_req, res) => res.end('Logged in.')],
    'GET /otp/status': [voiceOtp.status()],
    'GET /account': [(req, res) => res.writeHead(req.user ? 200 : 401).end()],
  }
  return (req, res) => {
    const [path = ''] = (req.url ?? '').split('?')
    const handlers = path.startsWith('/voice-otp/')
      ? [webhooks] // before session and body parser
      : [...everyRequest, ...(routes[`${req.method} ${path}`] ?? [])]
    run(handlers, req as Request, res as Response)
  }
}

/** Runs one handler after the other, as Express does. */
function run([handler, ...others]: RequestHandler[], req: Request, res: Response): void {
  if (handler === undefined) {
    res.writeHead(404).end()
    return
  }
  void handler(req, res, (error?: unknown) => {
    if (error === undefined) run(others, req, res)
    else res.writeHead((error as { status?: number }).status ?? 500).end()
  })
}
