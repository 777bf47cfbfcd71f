// A code in a body that no parser has read.
import express, { type RequestHandler } from 'express'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { emittedWarnings } from '../../lib/warn-once.js'
import { createWorld, type World } from '../support/world.js'

let world: World
const warn = vi.spyOn(process, 'emitWarning')
beforeEach(() => {
  emittedWarnings.clear()
  warn.mockReset().mockImplementation(() => undefined)
})
afterEach(() => world.close())

const warnings = () =>
  warn.mock.calls
    .filter(([, options]) => String((options as { code?: string }).code).includes('_PARSER'))
    .map(([message]) => String(message))

/** The routes of the world, behind these parsers only. */
async function open(...parsers: RequestHandler[]) {
  world = await createWorld({
    beforeSession: app => {
      // The parsers of the world find nothing to read in a body of this type.
      app.use('/otp', (req, _res, next) => {
        const type = req.headers['content-type']
        delete req.headers['content-type']
        req.once('restore', () => {
          req.headers['content-type'] = type
        })
        next()
      })
    },
    routes: app => {
      app.use(
        '/otp',
        (req, _res, next) => {
          req.emit('restore')
          next()
        },
        ...parsers,
      )
    },
  })
  return world.logIn('alice')
}

test.each([
  ['form', 'express.urlencoded({ extended: false })'],
  ['json', 'express.json()'],
])(
  'a code in a %s without its parser is 400, and a warning, once per process, names the parser',
  async (type, parser) => {
    const alice = await open()
    for (let times = 0; times < 2; times++) {
      const { body } = await alice.post('/otp').type(type).send({ code: '123456' }).expect(400)
      expect(body).toMatchObject({ code: 'code-malformed' })
    }
    expect(warnings()).toEqual([expect.stringContaining(parser)])
  },
)

test('a form that a text parser has read gets the warning too', async () => {
  const alice = await open(express.text({ type: '*/*' }))
  await alice.post('/otp').type('form').send({ code: '123456' }).expect(400)
  expect(warnings()).toHaveLength(1)
})

test('a body that was parsed, and a body of another type, get no warning', async () => {
  const alice = await open(express.urlencoded({ extended: false }), express.json())
  await alice.post('/otp').type('form').send({ other: '1' }).expect(400)
  await alice.post('/otp').send({}).expect(400)
  await alice.post('/otp').type('text').send('123456').expect(400)
  await alice.post('/otp').expect(400)
  expect(warnings()).toEqual([])
})
