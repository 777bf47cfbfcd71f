import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import express4 from 'express-4'
import express from 'express'
import { Strategy as CustomStrategy } from 'passport-custom'
import { Passport as Passport06 } from 'passport-0.6'
import { Passport } from 'passport'
import type { Authenticator } from 'passport'
import { afterEach, describe, expect, test } from 'vitest'
import type { HostedStrategy } from 'passport-voice-otp'
import { createHostedRequest } from '../../lib/factors/hosted-request.js'
import type { Request } from '../../lib/request.js'
import {
  acceptRight,
  createFactorWorld,
  type FactorWorld,
  type FactorWorldOptions,
  Probe,
  totpCode,
  totpStrategy,
} from '../support/factors.js'

let world: FactorWorld
afterEach(() => world.close())
const open = async (options: FactorWorldOptions) => (world = await createFactorWorld(options))

const custom = (): HostedStrategy =>
  new CustomStrategy((req, done) => {
    done(null, req.get('x-answer') === 'right' ? req.user : false)
  })
const factors: FactorWorldOptions['factors'] = [
  [totpStrategy(), { name: 'app-code', amr: ['otp'], codeField: 'code' }],
  [custom(), { name: 'custom', amr: ['sc'] }],
  [new Probe(acceptRight), { name: 'passkey', amr: ['pop'], phishingResistant: true }],
]
const options = { phoneFallback: true }

describe.each([
  ['Passport 0.7', () => new Passport() as Authenticator],
  ['Passport 0.6', () => new Passport06() as unknown as Authenticator],
])('%s', (passportName, createPassport) => {
  test.each([
    ['Express 5, named', express, false],
    ['Express 5, as instances', express, true],
    ['Express 4, named', express4, false],
    ['Express 4, as instances', express4, true],
  ])(
    `with ${passportName} and %s, an app code, passport-custom and a two-step strategy log in and step up`,
    async (_name, expressVersion, asInstance) => {
      await open({
        factors,
        options,
        asInstance,
        express: expressVersion,
        passport: createPassport(),
      })
      for (const name of ['app-code', 'custom', 'passkey']) {
        const alice = await world.logIn('alice')
        const send = async (code: string) => {
          if (name === 'passkey') expect(await world.begin(alice, name)).toBe(204)
          return world.answer(alice, name, name === 'app-code' ? { code } : {})
        }
        // Two codes that are valid now: each is accepted once.
        expect(await send(totpCode())).toEqual({ status: 200, code: '' })
        expect(await world.isIn(alice)).toBe(true)
        await alice.get('/transfer').expect(200)
        world.clock.offset += 301_000
        await alice.get('/transfer').expect(401)
        expect(await send(totpCode(undefined, 1))).toEqual({ status: 200, code: '' })
        await alice.get('/transfer').expect(200)
        await alice.post('/logout').expect(200)
        expect(await world.isIn(alice)).toBe(false)
      }
      expect(world.named('factor.accepted')).toHaveLength(6)
    },
  )
})

test('a strategy finds the user at req.user if Passport has not named another property', () => {
  const req = new IncomingMessage(new Socket()) as Request
  const alice = { id: 'alice' }
  expect(createHostedRequest(req, alice)).toMatchObject({ user: alice, _userProperty: 'user' })
  expect(req).not.toHaveProperty('user')
})
