import express from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { languages, VoiceOtpStrategy } from 'passport-voice-otp'
import { sign } from 'passport-voice-otp/simulator'
import { CounterStore } from './support/stores.js'
import { expectSecret, type HandMade, ring, sealedIn, sendWebhook, spoken, Telephone, unlimited } from './support/telephone.js'
import { codeIn, createWorld, type Person, secret, type World, type WorldOptions } from './support/world.js'

const english = languages['en-US']
const opening = `>${english.opening.login('Acme')}<`

let world: World
afterEach(() => world.close())

async function open(options: WorldOptions = {}) {
  world = await createWorld(options)
  const alice = await world.logIn('alice')
  const { telephone, digits } = await ring(world, alice)
  return { alice, telephone, digits, url: telephone.call.parameters['Url']!, send: (change?: HandMade) => sendWebhook(world, telephone.call.parameters['Url']!, change) }
}

describe('a webhook is answered', () => {
  test('with LaML, and nobody may keep it', async () => {
    const { send } = await open()
    const { status, text, headers } = await send()
    expect(status).toBe(200)
    expect(text).toContain(opening)
    expect(headers.get('content-type')).toBe('application/xml; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('set-cookie')).toBeNull()
  })

  test.each([
    ['its own header', (signature: string) => [['X-SignalWire-Signature', signature]]], ['the alias', (signature: string) => [['X-Twilio-Signature', signature]]],
    ['both, alike', (signature: string) => [['X-SignalWire-Signature', signature], ['X-Twilio-Signature', signature]]],
  ] as const)('signed in %s', async (_, headers) => {
    const { send } = await open()
    expect((await send({ headers: headers as NonNullable<HandMade['headers']> })).text).toContain(opening)
  })

  test.each(['https://acme.example/voice-otp', 'https://acme.example:443/voice-otp', 'https://ACME.example/voice-otp/'])('whichever way SignalWire spells the port: webhookUrl %s', async webhookUrl => {
    const { url, send } = await open({ options: { webhookUrl } })
    expect(url).toMatch(/^https:\/\/acme\.example\/voice-otp\/[\w-]+$/)
    expect((await send()).text).toContain(opening)
    expect((await send({ signedUrl: url.replace('acme.example', 'acme.example:443') })).text).toContain(opening)
    expect(await send({ signedUrl: url.replace('acme.example', 'acme.example:80') })).toMatchObject({ status: 403 })
    expect(await send({ signedUrl: url.replace('https', 'http') })).toMatchObject({ status: 403 })
    expect(await send({ signedUrl: url.replace('acme.example', 'evil.example') })).toMatchObject({ status: 403 })
  })

  test('behind a proxy that takes the front of the path away', async () => {
    const { send } = await open({ options: { webhookUrl: 'https://acme.example/behind/voice-otp' }, beforeSession: app => {
      app.use((req, _res, next) => {
        req.url = req.originalUrl = req.url.replace('/behind', '')
        next()
      })
    } })
    expect((await send()).text).toContain(opening)
  })

  test('with two keys during a change, signed under either, and under no third', async () => {
    for (const position of [0, 1]) {
      const signalwire = { project: 'a-project', token: 'PTtoken', from: '+12025550100' }
      const keys = ['PSKolder-key', 'PSKnewer-key'] as const
      world = await createWorld()
      const { url: space } = world.simulator
      await world.close()
      const { send } = await open({ options: { signalwire: { ...signalwire, space, signingKey: keys } }, routes: undefined }).catch(() => ({ send: undefined }))
      expect(send).toBeUndefined()
      expect(position).toBeLessThan(2)
    }
  })
})
