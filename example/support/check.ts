import type { SignalWireOptions } from 'passport-voice-otp'
import { requestSpace, spaceOrigin } from '../auth/space.js'
import type { RedisClient } from '../stores/redis.js'
import { ConfigError, must } from './config.js'
import type { RunningExample } from './start.js'

/**
 * What `npm run example -- --check` does: tries the settings, prints the results, and calls nobody.
 * Returns whether all is well.
 */
export async function checkSettings(example: RunningExample): Promise<boolean> {
  const { config, port, publicUrl, signalwire, redis } = example
  const isPhoneMissing = config.isReal && config.demoPhone === undefined
  const results = await Promise.allSettled([
    checkCredentials(signalwire),
    checkPublicUrl(publicUrl, config.instance, config.port || port),
    ...(redis ? [checkRedis(redis.client)] : []),
    ...(isPhoneMissing ? [Promise.reject(new ConfigError(missingDemoPhone))] : []),
  ])
  const lines = results.map(result =>
    result.status === 'fulfilled'
      ? `good  ${result.value}`
      : `wrong ${(result.reason as Error).message}`,
  )
  console.log([...lines, config.isReal ? hintForSpace : hintForDemo].join('\n'))
  return results.every(({ status }) => status === 'fulfilled')
}

const hintForSpace =
  'Only a call can show whether SIGNALWIRE_SIGNING_KEY is right. If it is wrong, the log says webhook.rejected with the reason signature.'
const hintForDemo =
  'This was the demo with its simulator. To use your own Space, set the five SIGNALWIRE_* variables.'
export const missingDemoPhone =
  'DEMO_PHONE is not set, so the app can call nobody. Set it to your own phone number, and it becomes the number of alice.'

// Each check returns what is right, or throws a `ConfigError` that says how to fix what is wrong.

/**
 * Checks the credentials of a Space with a request that calls nobody: it asks for a call that does
 * not exist.
 */
export async function checkCredentials(signalwire: SignalWireOptions): Promise<string> {
  const { host } = new URL(spaceOrigin(signalwire))
  const call = 'Calls/00000000-0000-0000-0000-000000000000'
  const { status, body } = await requestSpace(signalwire, call).catch(
    unreachable(
      `SIGNALWIRE_SPACE: ${host}`,
      'Check the spelling, and check that this machine can reach the internet.',
    ),
  )
  must(
    status !== 401 && status !== 403,
    `SIGNALWIRE_PROJECT and SIGNALWIRE_TOKEN: ${host} rejects them. Copy both from the page API Credentials of this Space's dashboard, and give the token the scope Voice.`,
  )
  must(
    status < 500,
    `SIGNALWIRE_SPACE: ${host} has an error of its own (status ${status}). Try again in a minute.`,
  )
  // A Space responds with JSON that the call does not exist. An HTML page is from another server.
  must(
    status === 404 && typeof body === 'object',
    `SIGNALWIRE_SPACE: ${host} does not respond like a Space (status ${status}). Copy the name from the address of the dashboard.`,
  )
  return `${host} accepts the project and the token.`
}

/** Checks that the address for browsers and SignalWire leads to this app. */
export async function checkPublicUrl(
  publicUrl: string,
  instance: string,
  port: number,
): Promise<string> {
  const local = `http://127.0.0.1:${port}`
  const { status, body } = await fetchHealth(publicUrl).catch(
    unreachable(
      `PUBLIC_URL: ${publicUrl}`,
      `Start the proxy or tunnel to ${local}, and check that its address is still the same.`,
    ),
  )
  must(
    status < 300 || status >= 400,
    `PUBLIC_URL: ${publicUrl} redirects. SignalWire signs the address that the app gave it, so set the address after the redirect.`,
  )
  must(
    body?.instance !== undefined,
    `PUBLIC_URL: ${publicUrl} responds with status ${status}, and not like this app. Point the proxy or tunnel to ${local}.`,
  )
  must(
    body.instance === instance,
    `PUBLIC_URL: ${publicUrl} leads to this example with another SESSION_SECRET. Stop the other process, or set the same secret for both.`,
  )
  return `${publicUrl} leads to this app.`
}

async function fetchHealth(url: string) {
  const response = await fetch(`${url}/healthz`, {
    redirect: 'manual',
    signal: AbortSignal.timeout(5000),
  })
  const body: unknown = await response.json().catch(() => undefined)
  return { status: response.status, body: body as { instance?: unknown } | undefined }
}

/** Handles the error of a request that got no response. */
const unreachable = (address: string, fix: string) => (error: unknown) => {
  const { name, cause } = error as { name: string; cause?: { code?: string } }
  must(false, `${address} cannot be reached (${cause?.code ?? name}). ${fix}`)
}

async function checkRedis(client: RedisClient): Promise<string> {
  const pong = await client.ping().catch(() => undefined)
  must(
    pong !== undefined,
    'REDIS_URL: no Redis responds there. Start Redis, or correct the address.',
  )
  return 'Redis responds.'
}
