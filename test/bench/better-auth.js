// better-auth's two-factor plugin with a code that it sends, over its memory adapter: the most
// similar library.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import express from 'express'

const origin = 'http://127.0.0.1:3999'
const require = createRequire(import.meta.url)
const load = name => import(pathToFileURL(require.resolve(name)).href)

/**
 * Avoids transactions: the memory adapter copies all tables for each, as no database does, and the
 * copies would dominate the result.
 */
const withoutCopies = create => options => {
  const adapter = create(options)
  return { ...adapter, transaction: work => work(adapter) }
}

async function twoFactorVerify(count, codeFrom) {
  const [{ betterAuth }, { memoryAdapter }, { twoFactor }, { toNodeHandler }] = await Promise.all(
    ['better-auth', 'better-auth/adapters/memory', 'better-auth/plugins', 'better-auth/node'].map(
      load,
    ),
  )
  const codes = new Map()
  const auth = betterAuth({
    baseURL: origin,
    secret: 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn',
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: { disabled: true },
    database: withoutCopies(
      memoryAdapter({ user: [], session: [], account: [], verification: [], twoFactor: [] }),
    ),
    // The benchmark does not measure passwords.
    emailAndPassword: {
      enabled: true,
      password: {
        hash: async password => password,
        verify: async ({ hash, password }) => hash === password,
      },
    },
    plugins: [
      twoFactor({
        skipVerificationOnEnable: true,
        otpOptions: {
          sendOTP: ({ user, otp }) => {
            codes.set(user.email, otp)
          },
        },
      }),
    ],
  })
  const password = 'correct horse battery staple'
  const ask = async (path, body, cookie) => {
    const response = await auth.handler(
      new Request(`${origin}/api/auth${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin, ...(cookie && { cookie }) },
        body: JSON.stringify(body),
      }),
    )
    if (!response.ok)
      throw new Error(
        `better-auth answered ${response.status} to ${path}: ${await response.text()}`,
      )
    return response.headers
      .getSetCookie()
      .map(each => each.split(';')[0])
      .filter(each => !each.endsWith('='))
      .join('; ')
  }
  const requests = []
  for (let index = 0; index < count; index++) {
    const email = `u${index}@example.com`
    await ask(
      '/two-factor/enable',
      { password },
      await ask('/sign-up/email', { email, password, name: `u${index}` }),
    )
    const cookie = await ask('/sign-in/email', { email, password })
    await ask('/two-factor/send-otp', {}, cookie)
    requests.push({
      method: 'POST',
      path: '/api/auth/two-factor/verify-otp',
      headers: { 'content-type': 'application/json', origin, cookie },
      body: JSON.stringify({ code: codeFrom(codes.get(email)) }),
    })
  }
  const app = express()
  app.all('/api/auth/{*path}', toNodeHandler(auth))
  return { app, requestAt: index => requests[index] }
}

export const betterAuthWrong = count =>
  twoFactorVerify(count, code => String((Number(code) + 1) % 1_000_000).padStart(6, '0'))
export const betterAuthRight = count => twoFactorVerify(count, code => code)
