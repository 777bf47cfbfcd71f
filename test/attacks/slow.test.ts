// Servers and clients that respond late, in drops, without end or not at all. All of them wait at
// the same time.
import { spawn } from 'node:child_process'
import { createServer, request, type ServerResponse } from 'node:http'
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compiled } from '../support/compiled.js'
import {
  type Answer,
  callsUnlimited,
  openSite,
  type Person,
  type Site,
} from '../support/watched-site.js'
import { captureErrors, expectNoCredential, isFault, watchProcess } from '../support/watch.js'

watchProcess()
/** Longer than the strategy waits for SignalWire (10 s) and a server for a client (15 s). */
const patience = 600_000
const endings: (() => unknown)[] = []
afterAll(async () => {
  for (const end of endings.reverse()) await end()
})

async function listening(server: Server): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  endings.push(() => {
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What was waited for since before the first test. */
interface Late {
  readonly answer: Answer
  readonly again: Answer
  readonly calls: number
  readonly inAfterwards: boolean
}
type WireResult = readonly [name: string, status: number, code: string, inAfterwards: boolean]
let late: Promise<Late>
let wireResults: Promise<readonly WireResult[]>
let slowClients: Promise<readonly string[]>
let strangerAsked = 0

async function siteAt(
  space?: string,
): Promise<{ site: Site; alice: Person; errors: readonly unknown[] }> {
  const site = await openSite({
    delayMilliseconds: [0, 0],
    limits: { ...callsUnlimited, callIntervalSeconds: 60 },
    ...(space === undefined
      ? {}
      : {
          signalwire: {
            project: 'b08dacad-bd0e-4a61-9adf-4b2e4d8e0c65',
            token: 'PT0123456789abcdef',
            space,
            from: '+12025550100',
            signingKey: 'PSKtest1234567890',
          },
        }),
  })
  const errors = captureErrors(site)
  const alice = site.person('alice')
  await alice.api('/login', { username: 'alice', password: alice.password })
  endings.push(async () => {
    await expectNoCredential(site, errors)
    await site.close()
  })
  return { site, alice, errors }
}

const beginning = '{"sid":"0b5c7d1e-0000-4000-8000-000000000000","status":"queued"'

/** Spaces that fail on the wire, each in its own way. */
const wires: [string, (res: ServerResponse) => void][] = [
  ['never an answer', () => undefined],
  [
    'headers, then nothing',
    res => {
      res.writeHead(201, { 'Content-Type': 'application/json' }).flushHeaders()
    },
  ],
  [
    'a byte every half second',
    res => {
      drip(res, `${beginning}}`)
    },
  ],
  [
    'reset',
    res => {
      res.socket?.resetAndDestroy()
    },
  ],
  [
    'closed without a word',
    res => {
      res.socket?.end()
    },
  ],
  [
    'cut off in the middle',
    res => {
      res.writeHead(201, { 'Content-Length': '500' }).write('{"sid":"0b5c')
      setImmediate(() => res.destroy())
    },
  ],
  [
    '80 KB, well formed',
    res => {
      res
        .writeHead(201, { 'Content-Type': 'application/json' })
        .end(`${beginning}${' '.repeat(80_000)}}`)
    },
  ],
  [
    '50 MB, well formed',
    res => {
      res.writeHead(201, { 'Content-Type': 'application/json' }).write(beginning)
      pour(res, 50)
    },
  ],
  [
    'a redirect to a stranger',
    res => {
      res.writeHead(307, { Location: `${stranger}/steal` }).end()
    },
  ],
  [
    'compressed, 60 MB unpacked',
    res => {
      res
        .writeHead(201, { 'Content-Encoding': 'gzip' })
        .end(gzipSync(`${beginning}${' '.repeat(60_000_000)}}`))
    },
  ],
]
let stranger = ''
const bomb = gzipSync(Buffer.alloc(60_000_000, 120))

function drip(res: ServerResponse, text: string): void {
  res.writeHead(201, { 'Content-Type': 'application/json' })
  let sent = 0
  const timer = setInterval(() => {
    if (sent < text.length && !res.destroyed) res.write(text[sent++])
    else clearInterval(timer)
  }, 500)
  res.on('close', () => {
    clearInterval(timer)
  })
}

function pour(res: ServerResponse, megabytes: number): void {
  if (megabytes === 0) res.end('}')
  else if (!res.destroyed)
    res.write(' '.repeat(1_000_000), () => {
      pour(res, megabytes - 1)
    })
}

async function startWires(): Promise<readonly WireResult[]> {
  const results = []
  for (const [name, answer] of wires) {
    const { alice } = await siteAt(
      await listening(
        createServer((req, res) => {
          req.resume().on('end', () => {
            answer(res)
          })
        }),
      ),
    )
    results.push({ name, alice, asked: alice.api('/otp/call') })
  }
  // A port on which nobody listens, and a server that does not speak HTTP.
  const closed = await siteAt('http://127.0.0.1:1')
  const garbled = await siteAt(
    await listening(
      createTcpServer(socket => {
        socket.on('error', () => undefined).end('\0\x15\x03\x01 nonsense\r\n\r\n')
      }),
    ),
  )
  results.push(
    { name: 'nobody there', alice: closed.alice, asked: closed.alice.api('/otp/call') },
    { name: 'not HTTP', alice: garbled.alice, asked: garbled.alice.api('/otp/call') },
  )
  return Promise.all(
    results.map(async ({ name, alice, asked }) => {
      const { status, text } = await asked
      await alice.api('/otp', { code: '123456' })
      return [
        name,
        status,
        (JSON.parse(text) as { code: string }).code,
        await alice.isIn(),
      ] as const
    }),
  )
}

async function startLate(): Promise<Late> {
  const { site, alice } = await siteAt()
  site.simulator.setFaults({ calls: { delayMs: 11_000 } })
  const answer = await alice.api('/otp/call')
  site.simulator.clearFaults()
  const again = await alice.api('/otp/call')
  return { answer, again, calls: site.simulator.calls.length, inAfterwards: await alice.isIn() }
}

/**
 * Starts the example as a process, and clients that begin a request and never end it. Returns the
 * response to each.
 */
async function startSlowClients(): Promise<readonly string[]> {
  const child = spawn(process.execPath, [compiled('example/server.ts')], {
    env: { PATH: process.env['PATH'], PORT: '0', SIMULATOR_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  endings.push(() => child.kill('SIGKILL'))
  const port = await new Promise<number>((resolve, reject) => {
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more
      const found = /^The app: +http:\/\/127\.0\.0\.1:(\d+)$/m.exec(text)
      if (found) resolve(Number(found[1]))
    })
    child.once('exit', () => {
      reject(new Error(text))
    })
  })
  const begin = (start: string, more: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let answer = ''
      const socket = connect(port, '127.0.0.1')
        .setEncoding('latin1')
        .on('data', (text: string) => {
          answer += text
        })
        .on('error', reject)
      const timer = setInterval(() => {
        socket.write(more)
      }, 1000)
      socket.on('close', () => {
        clearInterval(timer)
        resolve(answer)
      })
      socket.write(start)
    })
  const head = (path: string, type: string) =>
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nContent-Type: ${type}\r\nContent-Length: 4000\r\n\r\n`
  const slow = [
    begin(head('/api/login', 'application/json'), '{'),
    begin(head('/login', 'application/x-www-form-urlencoded'), 'a'),
    begin('POST /login HTTP/1.1\r\nX-A: ', 'a'),
    begin(head('/voice-otp/x', 'application/x-www-form-urlencoded'), 'a'),
  ]
  await Promise.all(
    Array.from({ length: 100 }, () => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined)
      endings.push(() => socket.destroy())
      return new Promise<void>(resolve => {
        socket.write(head('/login', 'application/x-www-form-urlencoded'), () => {
          resolve()
        })
      })
    }),
  )
  // While more than a hundred of them wait, other clients are served.
  const response = await fetch(`http://127.0.0.1:${port}/login`)
  return [`${response.status}`, ...(await Promise.all(slow))]
}

beforeAll(async () => {
  stranger = await listening(
    createServer((_req, res) => {
      strangerAsked++
      res.end()
    }),
  )
  slowClients = startSlowClients()
  late = startLate()
  wireResults = startWires()
  for (const each of [slowClients, late, wireResults]) each.catch(() => undefined)
})

test(
  'A-61 when SignalWire responds after the time limit, exactly one call is placed, and the next call must wait',
  async () => {
    const { answer, again, calls, inAfterwards } = await late
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      503,
      expect.objectContaining({ code: 'signalwire-unavailable' }),
    ])
    expect([again.status, again.headers.get('retry-after')]).toEqual([429, '60'])
    expect([calls, inAfterwards]).toEqual([1, false])
  },
  patience,
)

test(
  'A-83 a connection to SignalWire that is reset, hangs, drips, floods, redirects or sends nonsense leads to 503 within the time limit, and nobody is in',
  async () => {
    const results = await wireResults
    expect(results).toEqual(
      [...wires.map(([name]) => name), 'nobody there', 'not HTTP'].map(name => [
        name,
        503,
        'signalwire-unavailable',
        false,
      ]),
    )
    expect(strangerAsked).toBe(0)
  },
  patience,
)

/** Bodies that are too large or too deep. */
const bombs = (): [string, string | Buffer, Readonly<Record<string, string>>][] => {
  const [asForm, asJson] = [
    { 'Content-Type': 'application/x-www-form-urlencoded' },
    { 'Content-Type': 'application/json' },
  ]
  const [big, chunked] = ['a'.repeat(10_000_000), { 'Transfer-Encoding': 'chunked' }]
  return [
    ['10 MB form', `code=${big}`, asForm],
    ['10 MB JSON', `{"code":"${big}"}`, asJson],
    ['10 MB form, length untold', `code=${big}`, { ...asForm, ...chunked }],
    ['10 MB JSON, length untold', `{"code":"${big}"}`, { ...asJson, ...chunked }],
    ['deep JSON', '['.repeat(4000), asJson],
    ['deep JSON, whole', `${'{"code":'.repeat(400)}1${'}'.repeat(400)}`, asJson],
    ['very deep JSON', '['.repeat(1_000_000), asJson],
    ['2,000 fields', 'a=&'.repeat(2000), asForm],
    ['1,300 fields', 'a=&'.repeat(1300), asForm],
    ['gzip bomb, JSON', bomb, { ...asJson, 'Content-Encoding': 'gzip' }],
    ['gzip bomb, form', bomb, { ...asForm, 'Content-Encoding': 'gzip' }],
    ['deflate', bomb, { ...asForm, 'Content-Encoding': 'deflate' }],
    ['an encoding that is none', 'code=1', { ...asForm, 'Content-Encoding': 'x' }],
    [
      'JSON in UTF-16',
      Buffer.from('{"code":"1"}', 'utf16le'),
      { 'Content-Type': 'application/json; charset=utf-16' },
    ],
    ['cut JSON', '{"code":"123456"', asJson],
    ['a body of no kind', big, { 'Content-Type': 'application/octet-stream' }],
  ]
}

function throwAt(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const isChunked = 'Transfer-Encoding' in headers
    request(
      url,
      {
        method: 'POST',
        agent: false,
        headers: {
          ...headers,
          ...(isChunked ? {} : { 'Content-Length': Buffer.byteLength(body) }),
        },
      },
      response => {
        response
          .resume()
          .on('end', () => {
            resolve(response.statusCode ?? 0)
          })
          .on('error', reject)
      },
    )
      .on('error', reject)
      .end(body)
  })
}

async function throwBombs(): Promise<void> {
  const { site, alice, errors } = await siteAt()
  const token = await alice.csrf('/otp')
  const paths = ['/otp', '/login', '/api/otp', '/api/login', '/voice-otp/x']
  const thrown = paths.flatMap(path =>
    bombs().map(async ([name, body, headers]) => {
      const status = await throwAt(
        site.url + path,
        {
          Origin: site.url,
          Cookie: [...alice.cookies].map(each => each.join('=')).join('; '),
          'X-CSRF-Token': token,
          ...headers,
        },
        body,
      )
      return [path, name, status] as const
    }),
  )
  const bob = site.person('bob')
  await bob.passBoth()
  for (const [path, name, status] of await Promise.all(thrown)) {
    const isRead =
      path !== '/voice-otp/x' &&
      name !== 'a body of no kind' &&
      (path.startsWith('/api') || !name.includes('JSON'))
    // The app refuses these without reading the body, because a signature, a CSRF token or the
    // content type is missing.
    expect([path, name, status]).toEqual([
      path,
      name,
      isRead ? expect.toBeOneOf([400, 408, 413, 415]) : expect.toBeOneOf([403, 408]),
    ])
  }
  expect(await alice.isIn()).toBe(false)
  expect(errors.filter(isFault)).toEqual([])
}

test(
  'A-97 requests with 10 MB, deep JSON or gzip bombs, and requests that never end, are refused or cut off, and other users are served at the same time',
  async () => {
    await throwBombs()
    const [served, json, form, headers, webhook] = await slowClients
    expect(served).toBe('200')
    for (const answer of [json, form, headers]) expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(webhook).toMatch(/^HTTP\/1\.1 40[38] /)
  },
  patience,
)
