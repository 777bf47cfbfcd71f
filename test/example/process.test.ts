// `npm run example` as a real process: how it starts, what it says, how it ends; and `--check`.
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Simulator } from 'passport-voice-otp/simulator'
import { freePort, listen } from '../support/listen.js'
import { addresses, answerRemotely, byNpm, type Run, run } from './run.js'
import { demoPassword, Visitor } from '../support/site.js'

// A process takes seconds to start where many others do.
vi.setConfig({ testTimeout: 60_000 })

const secret = 'k3Jx9QmZ7vRt2LpW8sYd5BnH4cFg6TqA'

async function startServer(respond: RequestListener): Promise<string> {
  const { url, close } = await listen(createServer(respond))
  onTestFinished(close)
  return url
}

async function startSpace() {
  const simulator = await Simulator.start()
  onTestFinished(() => simulator.stop())
  const { project, token, space, from, signingKey } = simulator.signalwire
  return {
    simulator,
    environment: {
      SIGNALWIRE_PROJECT: project,
      SIGNALWIRE_TOKEN: token,
      SIGNALWIRE_SPACE: space,
      SIGNALWIRE_NUMBER: from,
      SIGNALWIRE_SIGNING_KEY: signingKey,
      SESSION_SECRET: secret,
      VOICE_OTP_SECRET: secret,
    },
  }
}

/** Checks that a signal ends the app with status 0 while a browser holds a connection. */
async function expectEnd(example: Run, app: string, signal: NodeJS.Signals): Promise<void> {
  await (await fetch(`${app}/login`)).text()
  process.kill(example.child.pid ?? 0, signal)
  expect(await example.ended).toBe(0)
}

/**
 * Sends requests to every kind of page until `end` resolves, and returns all responses. A request
 * may take 5 seconds.
 */
async function responsesUntil(url: string, end: Promise<unknown>) {
  let isOver = false
  void end.then(() => {
    isOver = true
  })
  const responses: { status: number; retryAfter: string | null; body: unknown }[] = []
  while (!isOver) {
    for (const path of ['/healthz', '/login', '/api/account']) {
      const response = await fetch(url + path, { signal: AbortSignal.timeout(5000) }).catch(
        (error: unknown) => {
          if ((error as Error).name === 'TimeoutError') throw error
          return undefined // not listening yet
        },
      )
      if (response === undefined) continue
      const body: unknown = await response.json().catch(() => undefined)
      responses.push({
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        body,
      })
    }
    // The process needs the processor more than these requests do.
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return responses
}

describe('the demo', () => {
  test('npm run example prints both addresses and the users, a user logs in, the demo has its reset button and looser limits, and Ctrl-C ends it', async () => {
    const example = run({}, [], byNpm)
    const { app, phones } = await addresses(example)
    expect(example.output).toContain(
      `Log in as alice, bob, mallory, dave, sam. The password of each user is: ${demoPassword}`,
    )
    expect((await fetch(`${app}/healthz`)).status).toBe(200)
    expect((await fetch(phones)).status).toBe(200)

    const alice = new Visitor(app)
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    await alice.submit('/otp', { code: await answerRemotely(phones, alice.matchingDigits) })
    expect(alice.text).toContain('You are logged in')

    const bob = new Visitor(app)
    await bob.open('/login')
    expect(bob.text).toContain('Reset the demo')
    await bob.submit('/demo/reset')
    expect(bob.page).toMatchObject({ status: 200, path: '/login' })
    expect(bob.text).toContain('The limits of the demo are cleared.')
    await bob.logIn('bob')
    await bob.submit('/otp/call')
    const { nextCallIn } = (await bob.json('GET', '/otp/status')).body
    expect(nextCallIn).toBeLessThanOrEqual(10)

    example.signalGroup('SIGINT')
    await example.ended
    await expect(fetch(app)).rejects.toThrow()
    await expect(fetch(phones)).rejects.toThrow()
    expect(example.output).not.toMatch(/Error|    at /)
  })

  test('SIGTERM to npm alone ends the whole demo', async () => {
    const example = run({}, [], byNpm)
    const { app } = await addresses(example)
    process.kill(example.child.pid ?? 0, 'SIGTERM')
    await example.ended
    await expect(fetch(app)).rejects.toThrow()
  })

  test('every request gets a 503 while the app starts, even if Redis hangs, and SIGTERM ends the demo with status 0 while a browser holds a connection', async () => {
    const hungRedis = createTcpServer(() => undefined)
    await new Promise<void>(resolve => hungRedis.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void hungRedis.close())
    const { port: redisPort } = hungRedis.address() as AddressInfo
    const port = await freePort()
    const example = run({
      PORT: String(port),
      SIMULATOR_PORT: '0',
      REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    })
    const app = `http://127.0.0.1:${port}`
    const responses = await responsesUntil(app, example.until(/The app:/))
    const starting = {
      status: 503,
      retryAfter: '1',
      body: { ready: false, message: 'The app is starting. Try again in a second.' },
    }
    const count = responses.findLastIndex(({ retryAfter }) => retryAfter === '1') + 1
    expect(count).toBeGreaterThan(2)
    expect(responses.slice(0, count)).toEqual(Array(count).fill(starting))
    await expectEnd(example, app, 'SIGTERM')
  })

  test('a port in use, an unknown argument and a wrong value each give one sentence and status 1', async () => {
    const taken = new URL(await startServer((_req, res) => res.end())).port
    const { environment } = await startSpace()
    const cases = [
      [
        run({ PORT: taken, SIMULATOR_PORT: '0' }),
        `Port ${taken} is in use. Stop the program that listens there, or set PORT (and SIMULATOR_PORT) to a free port.\n`,
      ],
      [
        run({}, ['--chek']),
        'Unknown argument --chek. The only argument is --check; .env.example explains the variables.\n',
      ],
      [
        run({ SIMULATOR_PORT: taken }),
        `Port ${taken} is in use. Stop the program that listens there, or set PORT (and SIMULATOR_PORT) to a free port.\n`,
      ],
      [
        run({ ...environment, SIGNALWIRE_NUMBER: '555' }),
        'SIGNALWIRE_NUMBER: give a phone number of your Space in E.164, for example +12025550100.\n',
      ],
    ] as const
    for (const [example, sentence] of cases) {
      expect(await example.ended).toBe(1)
      expect(example.output).toBe(sentence)
    }
  })
})

describe('with a Space', () => {
  test('with a Space, passwords are random and printed once, only alice has a number, --check accepts the address of the running app, and SIGINT ends the app with status 0 while a browser holds a connection', async () => {
    const { environment } = await startSpace()
    const example = run({ ...environment, DEMO_PHONE: '+1 202 555 0111' })
    const [, app = ''] = await example.until(/The app: +(\S+)\n/)
    const [, alicesPassword = ''] = await example.until(/ {2}alice +(\S{20})\n/)
    const [, bobsPassword = ''] = await example.until(/ {2}bob +(\S{20})\n/)
    expect(example.output).not.toContain(demoPassword)
    const visitor = new Visitor(app)
    for (const [username, password, path] of [
      ['alice', demoPassword, '/login'],
      ['alice', alicesPassword, '/otp'],
      ['bob', bobsPassword, '/phone'],
    ] as const) {
      visitor.cookies.clear()
      await visitor.open('/login')
      await visitor.submit('/login', { username, password })
      expect(visitor.page.path).toBe(path)
    }
    expect(visitor.text).toContain('You cannot add a number yourself.')

    const check = run(
      { ...environment, DEMO_PHONE: '+12025550111', PORT: new URL(app).port, PUBLIC_URL: app },
      ['--check'],
    )
    expect(await check.ended).toBe(0)
    expect(check.output).toContain(`good  ${app} leads to this app.`)
    await expectEnd(example, app, 'SIGINT')
  })
})

describe('--check', () => {
  test('--check says that all is well, calls nobody, and ends with status 0', async () => {
    const { simulator, environment } = await startSpace()
    const example = run({ ...environment, DEMO_PHONE: '+12025550111' }, ['--check'], byNpm)
    expect(await example.ended).toBe(0)
    expect(example.output).toMatch(
      /^good {2}The Space accepts the project and the token\.\ngood {2}http:\/\/127\.0\.0\.1:\d+ leads to this app\.\nOnly a call can show whether SIGNALWIRE_SIGNING_KEY is right/,
    )
    expect(simulator.calls).toHaveLength(0)
    expect(simulator.requests.map(({ method }) => method)).toEqual(['GET'])
  })

  test('--check prints a line for each mistake without a credential, and ends with status 1', async () => {
    const { environment } = await startSpace()
    const example = run(
      {
        ...environment,
        SIGNALWIRE_TOKEN: 'PTwrong',
        PUBLIC_URL: 'http://127.0.0.1:9',
        REDIS_URL: 'redis://127.0.0.1:9',
      },
      ['--check'],
    )
    expect(await example.ended).toBe(1)
    for (const mistake of [
      /^wrong SIGNALWIRE_PROJECT and SIGNALWIRE_TOKEN: 127\.0\.0\.1:\d+ rejects them\./m,
      /^wrong PUBLIC_URL: http:\/\/127\.0\.0\.1:9\/voice-otp cannot be reached/m,
      /^wrong REDIS_URL: no Redis responds there/m,
      /^wrong DEMO_PHONE is not set/m,
    ])
      expect(example.output).toMatch(mistake)
    expect(example.output).not.toContain('good')
    expect(example.output).not.toMatch(/ {4}at |PTwrong/)
  })
})
