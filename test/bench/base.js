// What all cases share: one Express app with sessions in memory, filled before anything is timed.
import { createHmac, randomBytes } from 'node:crypto'
import express from 'express'
import session, { MemoryStore } from 'express-session'
import { Passport } from 'passport'

export const secret = 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn'
export const spaceOf = url => ({
  project: '7e760598-bdf8-490d-927c-799a4d5b15ca',
  token: 'PTbenchbenchbench',
  space: url,
  from: '+12025550100',
  signingKey: 'PSKbenchbenchbench',
  callsPerSecond: Infinity,
})

/**
 * An app with a session for each of `count` users, called u0, u1 and so on. `data` returns what
 * else each session holds.
 */
export async function siteWith(count, data = () => ({})) {
  const store = new MemoryStore()
  const sessions = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const id = randomBytes(24).toString('base64url')
      const content = {
        cookie: { originalMaxAge: null, httpOnly: true, path: '/' },
        passport: { user: `u${index}` },
        ...data(index, id),
      }
      await new Promise(resolve => {
        store.set(id, content, resolve)
      })
      return id
    }),
  )
  const passport = new Passport()
  passport.serializeUser((user, done) => {
    done(null, user.id)
  })
  passport.deserializeUser((id, done) => {
    done(null, { id, phone: numberOf(id) })
  })
  const app = express()
  return {
    app,
    passport,
    sessions,
    session: session({ secret, store, resave: false, saveUninitialized: false }),
    form: express.urlencoded({ extended: false }),
  }
}

/** A number of its own for each user. */
export const numberOf = id =>
  `+1202${String(5_560_000 + (Number(id.slice(1)) % 9999)).padStart(7, '0')}`

const cookie = id =>
  `connect.sid=${encodeURIComponent(`s:${id}.${createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '')}`)}`

/** A request of a browser that holds the session `id`. With a body it is a form. */
export function request(id, method, path, body) {
  const headers = {
    ...(id === undefined ? {} : { cookie: cookie(id) }),
    ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
  }
  return {
    method,
    path,
    headers,
    body: body === undefined ? undefined : new URLSearchParams(body).toString(),
  }
}
