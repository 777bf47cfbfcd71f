// `npm run example` as a real process: how it starts, what it says, how it ends; and `--check`.
import { spawn } from 'node:child_process'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Simulator } from 'passport-voice-otp/simulator'
import { checkCredentials, checkPublicUrl } from '../../example/support/check.js'
import { compiled } from '../support/compiled.js'
import { demoPassword, Visitor } from './support.js'

// A process takes seconds to start where many others do.
vi.setConfig({ testTimeout: 60_000 })

const root = fileURLToPath(new URL('../..', import.meta.url))
const secret = 'k3Jx9QmZ7vRt2LpW8sYd5BnH4cFg6TqA'
/** Nothing of this machine's own environment, and of no `.env`, may reach the example. */
const unset = Object.fromEntries(
  [
    'PORT',
    'SIMULATOR_PORT',
    'SIMULATOR_URL',
    'PUBLIC_URL',
    'HOSTNAME',
    'SESSION_SECRET',
    'VOICE_OTP_SECRET',
    'SIGNALWIRE_PROJECT',
    'SIGNALWIRE_TOKEN',
    'SIGNALWIRE_SPACE',
    'SIGNALWIRE_NUMBER',
    'SIGNALWIRE_SIGNING_KEY',
    'DEMO_PHONE',
    'REDIS_URL',
    'NODE_ENV',
  ].map(name => [name, '']),
)

const direct = [process.execPath, compiled('example/server.ts')]
const byNpm = ['npm', 'run', '--silent', 'example', '--']

function run(
  environment: Record<string, string>,
  words: readonly string[] = [],
  [command = '', ...context] = direct,
) {
  const child = spawn(command, [...context, ...words], {
    cwd: root,
    env: { ...process.env, ...unset, PORT: '0', ...environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const waiting = new Set<() => void>()
  const note = (chunk: Buffer) => {
    output += chunk.toString()
    for (const look of waiting) look()
  }
  child.stdout.on('data', note)
  child.stderr.on('data', note)
  const ended = new Promise<number | null>(resolve => child.on('close', resolve))
  onTestFinished(async () => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL') // the whole group: whoever is left of it keeps its ports
    } catch {
      /* nobody is */
    }
    await ended
  })
  return {
    child,
    ended,
    get output() {
      return output
    },
    /** Resolves with the first match of what was printed; rejects if the process ends without. */
    until: (pattern: RegExp): Promise<RegExpExecArray> =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output)
          if (match === null) return
          waiting.delete(look)
          resolve(match)
        }
        waiting.add(look)
        void ended.then(() => reject(new Error(`It ended: ${output}`)))
        look()
      }),
    /** What a terminal does with Ctrl-C, or a supervisor with the whole group. */
    signalGroup: (signal: NodeJS.Signals) => process.kill(-(child.pid ?? 0), signal),
  }
}

const addresses = async (example: ReturnType<typeof run>) => {
  const [, app = ''] = await example.until(/The app: +(\S+)\n/)
  const [, telephones = ''] = await example.until(/The phones: +(\S+)\n/)
  return { app, telephones }
}

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    () =>
      new Promise(resolve => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
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

describe('the demo', () => {
  test('npm run example: both addresses, the users, a login by telephone; Ctrl-C ends it', async () => {
    const example = run({}, [], byNpm)
    const { app, telephones } = await addresses(example)
    expect(example.output).toContain(
      `Log in as alice, bob, mallory, dave. The password of each user is: ${demoPassword}`,
    )
    expect((await fetch(`${app}/healthz`)).status).toBe(200)
    expect((await fetch(telephones)).status).toBe(200)

    const alice = new Visitor(app)
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    const act = (sid: string, what: string, body: object) =>
      fetch(`${telephones}/calls/${sid}/${what}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
    const call = async (
      isWanted: (call: {
        sid: string
        status: string
        heard: string[]
        waitingFor: unknown
      }) => boolean,
    ) => {
      for (;;) {
        const [newest] = (await (await fetch(`${telephones}/calls.json`)).json()) as {
          sid: string
          status: string
          heard: string[]
          waitingFor: unknown
        }[]
        if (newest !== undefined && isWanted(newest)) return newest
      }
    }
    const { sid } = await call(({ status }) => status === 'ringing')
    await act(sid, 'answer', {})
    await call(({ waitingFor }) => waitingFor !== null)
    await act(sid, 'keys', { digits: alice.matchingDigits })
    const { heard } = await call(each => /(\d, ){5}\d/.test(each.heard.join(' ')))
    await alice.submit('/otp', {
      code: /(\d, ){5}\d/.exec(heard.join(' '))?.[0].replaceAll(', ', '') ?? '',
    })
    expect(alice.text).toContain('You are logged in')

    example.signalGroup('SIGINT')
    await example.ended
    await expect(fetch(app)).rejects.toThrow()
    await expect(fetch(telephones)).rejects.toThrow()
    expect(example.output).not.toMatch(/Error|    at /)
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends it with 0, while a browser holds a connection',
    async signal => {
      const example = run({})
      const { app } = await addresses(example)
      await (await fetch(`${app}/login`)).text()
      process.kill(example.child.pid ?? 0, signal)
      expect(await example.ended).toBe(0)
    },
  )

  test('SIGTERM to npm alone ends all of it', async () => {
    const example = run({}, [], byNpm)
    const { app } = await addresses(example)
    process.kill(example.child.pid ?? 0, 'SIGTERM')
    await example.ended
    await expect(fetch(app)).rejects.toThrow()
  })

  test('a port in use, a wrong value, a strange word: one sentence and status 1', async () => {
    const taken = new URL(await listen((_req, res) => res.end())).port
    const { environment } = await startSpace()
    const cases = [
      [
        run({ PORT: taken, SIMULATOR_PORT: '0' }),
        `Port ${taken} is in use. Stop the program that listens there, or set PORT (and SIMULATOR_PORT) to a free port.\n`,
      ],
      [
        run({ SIMULATOR_PORT: taken }),
        `Port ${taken} is in use. Stop the program that listens there, or set PORT (and SIMULATOR_PORT) to a free port.\n`,
      ],
      [
        run({ ...environment, SIGNALWIRE_NUMBER: '555' }),
        'SIGNALWIRE_NUMBER: a telephone number of your Space in E.164, for example +12025550100.\n',
      ],
      [
        run({}, ['--chek']),
        'Unknown argument --chek. The only argument is --check; .env.example explains the variables.\n',
      ],
    ] as const
    for (const [example, sentence] of cases) {
      expect(await example.ended).toBe(1)
      expect(example.output).toBe(sentence)
    }
  })
})

describe('with a Space', () => {
  test('random passwords, printed once; nobody but alice has a number', async () => {
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
  })
})

describe('--check', () => {
  test('all is well: says so, calls nobody, 0', async () => {
    const { simulator, environment } = await startSpace()
    const example = run({ ...environment, DEMO_PHONE: '+12025550111' }, ['--check'], byNpm)
    expect(await example.ended).toBe(0)
    expect(example.output).toMatch(
      /^good {2}127\.0\.0\.1:\d+ accepts the project and the token\.\ngood {2}http:\/\/127\.0\.0\.1:\d+ leads to this app\.\nOnly a call can show whether SIGNALWIRE_SIGNING_KEY is right/,
    )
    expect(simulator.calls).toHaveLength(0)
    expect(simulator.requests.map(({ method }) => method)).toEqual(['GET'])
  })

  test('the app runs already on its port: that is what the address leads to', async () => {
    const { environment } = await startSpace()
    const running = run({ ...environment, DEMO_PHONE: '+12025550111' })
    const [, app = ''] = await running.until(/The app: +(\S+)\n/)
    const example = run(
      { ...environment, DEMO_PHONE: '+12025550111', PORT: new URL(app).port, PUBLIC_URL: app },
      ['--check'],
    )
    expect(await example.ended).toBe(0)
    expect(example.output).toContain(`good  ${app} leads to this app.`)
  })

  test('all is wrong: a line for each, no credential in it, and 1', async () => {
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
    for (const name of [
      'SIGNALWIRE_PROJECT and SIGNALWIRE_TOKEN',
      'PUBLIC_URL',
      'REDIS_URL: no Redis responds there',
      'DEMO_PHONE is not set',
    ])
      expect(example.output).toContain(`wrong ${name}`)
    expect(example.output).not.toMatch(/ {4}at |PTwrong/)
  })
})

describe('what --check tries', () => {
  const wrong = (text: string) => ({ isGood: false, text: expect.stringMatching(text) })

  test('credentials: right, wrong, no Space at all, a Space in trouble, nobody there', async () => {
    const { simulator } = await startSpace()
    const { host } = new URL(simulator.url)
    const tryWith = (change: object) => checkCredentials({ ...simulator.signalwire, ...change })
    const elsewhere = await listen((_req, res) => res.writeHead(404).end('<p>hello'))
    expect(await tryWith({})).toEqual({
      isGood: true,
      text: `${host} accepts the project and the token.`,
    })
    expect(await tryWith({ token: 'PTwrong' })).toEqual(
      wrong(`^SIGNALWIRE_PROJECT and SIGNALWIRE_TOKEN: ${host} rejects them\\.`),
    )
    expect(await tryWith({ space: elsewhere })).toEqual(
      wrong('^SIGNALWIRE_SPACE: .* does not respond like a Space \\(status 404\\)'),
    )
    expect(await tryWith({ space: 'http://127.0.0.1:9' })).toEqual(
      wrong('^SIGNALWIRE_SPACE: 127\\.0\\.0\\.1:9 cannot be reached \\(\\w+\\)'),
    )
    simulator.setFaults({ calls: { status: 503 } })
    expect(await tryWith({})).toEqual(
      wrong('^SIGNALWIRE_SPACE: .* has an error of its own \\(status 503\\)'),
    )
    expect(simulator.calls).toHaveLength(0)
  })

  test('PUBLIC_URL: this app, another, a page, a redirect, nobody there', async () => {
    const json =
      (body: object): RequestListener =>
      (_req, res) =>
        res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    const tryAt = async (answer: RequestListener) =>
      checkPublicUrl(await listen(answer), 'me', 3000)
    expect(await tryAt(json({ instance: 'me' }))).toMatchObject({ isGood: true })
    expect(await tryAt(json({ instance: 'you' }))).toEqual(
      wrong('^PUBLIC_URL: .* leads to this example with another SESSION_SECRET'),
    )
    expect(await tryAt((_req, res) => res.writeHead(502).end('<p>no'))).toEqual(
      wrong(
        '^PUBLIC_URL: .* responds with status 502.* Point the proxy or tunnel to http://127\\.0\\.0\\.1:3000\\.',
      ),
    )
    expect(
      await tryAt((_req, res) => res.writeHead(301, { Location: 'https://acme.example' }).end()),
    ).toEqual(wrong('^PUBLIC_URL: .* redirects'))
    expect(await checkPublicUrl('http://127.0.0.1:9', 'me', 3000)).toEqual(
      wrong('^PUBLIC_URL: .* cannot be reached \\(\\w+\\)'),
    )
  })
})
