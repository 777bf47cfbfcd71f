import type { SignalWireOptions } from 'passport-voice-otp'
import { requestSpace, spaceOrigin } from '../auth/space.js'
import type { RunningExample } from './start.js'

/** The result of one check. If the check failed, the text says how to fix it. */
export interface Finding {
  readonly isGood: boolean
  readonly text: string
}

/**
 * What `npm run example -- --check` does: tries the settings, prints the results, and calls nobody.
 * Returns whether all is well.
 */
export async function checkSettings(example: RunningExample): Promise<boolean> {
  const { config, port, publicUrl, space, redis } = example
  const findings = await Promise.all([
    checkCredentials(space),
    checkPublicUrl(publicUrl, config.instance, config.port || port),
  ])
  if (redis) findings.push(checkRedis(redis.isReady()))
  if (config.isReal && config.demoPhone === undefined)
    findings.push({ isGood: false, text: missingDemoPhone })
  for (const { isGood, text } of findings) console.log(`${isGood ? 'good ' : 'wrong'} ${text}`)
  const isGood = findings.every(each => each.isGood)
  if (!config.isReal)
    console.log(
      'This was the demo with its simulator. To use your own Space, set the five SIGNALWIRE_* variables.',
    )
  else if (isGood)
    console.log(
      'Only a call can show whether SIGNALWIRE_SIGNING_KEY is right. If it is wrong, the log says webhook.rejected with the reason signature.',
    )
  return isGood
}

export const missingDemoPhone =
  'DEMO_PHONE is not set, so the app can call nobody. Set it to your own phone number, and it becomes the number of alice.'

/**
 * Checks the credentials of a Space with a request that calls nobody: it asks for a call that does
 * not exist.
 */
export async function checkCredentials(signalwire: SignalWireOptions): Promise<Finding> {
  const { host } = new URL(spaceOrigin(signalwire))
  try {
    const { status, body } = await requestSpace(
      signalwire,
      'Calls/00000000-0000-0000-0000-000000000000',
    )
    if (status === 401 || status === 403)
      return bad(
        `SIGNALWIRE_PROJECT and SIGNALWIRE_TOKEN: ${host} rejects them. Copy both from the page API Credentials of this Space's dashboard, and give the token the scope Voice.`,
      )
    if (status >= 500)
      return bad(
        `SIGNALWIRE_SPACE: ${host} has an error of its own (status ${status}). Try again in a minute.`,
      )
    // A Space responds with JSON that the call does not exist. An HTML page comes from another
    // server.
    if (status !== 404 || typeof body !== 'object')
      return bad(
        `SIGNALWIRE_SPACE: ${host} does not respond like a Space (status ${status}). Copy the name from the address of the dashboard.`,
      )
    return good(`${host} accepts the project and the token.`)
  } catch (error) {
    return bad(
      `SIGNALWIRE_SPACE: ${host} cannot be reached (${reasonOf(error)}). Check the spelling, and check that this machine can reach the internet.`,
    )
  }
}

/** Checks that the address for browsers and SignalWire leads to this app. */
export async function checkPublicUrl(
  publicUrl: string,
  instance: string,
  port: number,
): Promise<Finding> {
  const badUrl = (text: string): Finding => bad(`PUBLIC_URL: ${publicUrl} ${text}`)
  try {
    const response = await fetch(`${publicUrl}/healthz`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(5000),
    })
    const body = (await response.json().catch(() => undefined)) as
      { instance?: unknown } | undefined
    if (body?.instance === instance) return good(`${publicUrl} leads to this app.`)
    if (body?.instance !== undefined)
      return badUrl(
        'leads to this example with another SESSION_SECRET. Stop the other process, or set the same secret for both.',
      )
    if (response.status >= 300 && response.status < 400)
      return badUrl(
        'redirects. SignalWire signs the address that the app gave it, so set the address after the redirect.',
      )
    return badUrl(
      `responds with status ${response.status}, and not like this app. Point the proxy or tunnel to http://127.0.0.1:${port}.`,
    )
  } catch (error) {
    return badUrl(
      `cannot be reached (${reasonOf(error)}). Start the proxy or tunnel to http://127.0.0.1:${port}, and check that its address is still the same.`,
    )
  }
}

const checkRedis = (isReady: boolean): Finding =>
  isReady
    ? good('Redis responds.')
    : bad('REDIS_URL: no Redis responds there. Start Redis, or correct the address.')

const good = (text: string): Finding => ({ isGood: true, text })
const bad = (text: string): Finding => ({ isGood: false, text })

function reasonOf(error: unknown): string {
  const { name, cause } = error as { name: string; cause?: { code?: string } }
  return cause?.code ?? name
}
