// What the Space does around a request for LaML: time limits, redirects, FallbackUrl.
import type { ServerResponse } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { RestClient } from '@signalwire/compatibility-api'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { alice, place, startBoth, startSimulator, stopTimers, until } from './support.js'

type Both = Awaited<ReturnType<typeof startBoth>>

/**
 * Gives the sockets of this process the time to deliver what was written: turns of the event loop,
 * not of a clock.
 */
async function deliver(): Promise<void> {
  for (let turns = 0; turns < 100; turns++) await new Promise(resolve => setImmediate(resolve))
}

describe('time limits', () => {
  /** Answers a call whose webhook is on its way when this resolves. */
  async function beginCall({ simulator, app, order }: Both): Promise<string> {
    const sid = await order()
    await simulator.answer(sid)
    await until(() => app.received.length === 1)
    return sid
  }

  const errorOf = async ({ simulator }: Both, sid: string) => {
    await simulator.idle(sid)
    return simulator.call(sid)?.error
  }

  test('an app has 5 seconds to the first byte', async () => {
    const both = await startBoth()
    both.app.responses['/open'] = () => undefined
    stopTimers()
    const sid = await beginCall(both)
    await vi.advanceTimersByTimeAsync(4999)
    expect(both.simulator.call(sid)?.status).toBe('in-progress')
    await vi.advanceTimersByTimeAsync(1)
    expect(await errorOf(both, sid)).toContain('failed: no response within 5 seconds (error 11200)')
  })

  test('an app has 5 seconds between two packets, and 15 seconds in all', async () => {
    const both = await startBoth()
    let write = (): unknown => undefined
    both.app.responses['/open'] = (_, res) => {
      res.writeHead(200, { 'Content-Type': 'text/xml' })
      write = () => res.write('<!-- -->')
      write()
    }
    stopTimers()
    const sid = await beginCall(both)
    for (let seconds = 0; seconds < 12; seconds += 4) {
      write()
      await deliver()
      await vi.advanceTimersByTimeAsync(4000)
      expect(both.simulator.call(sid)?.status).toBe('in-progress')
    }
    write()
    await deliver()
    await vi.advanceTimersByTimeAsync(3000)
    expect(await errorOf(both, sid)).toContain('the response took more than 15 seconds')
  })

  test('an app that stops in the middle of its response has 5 seconds', async () => {
    const both = await startBoth()
    both.app.responses['/open'] = (_, res) => {
      res.writeHead(200, { 'Content-Type': 'text/xml' })
      res.write('<Response>')
    }
    stopTimers()
    const sid = await beginCall(both)
    await deliver()
    await vi.advanceTimersByTimeAsync(5000)
    expect(await errorOf(both, sid)).toContain('no response within 5 seconds')
  })

  test('an app has 2 seconds for the connection, TLS included', async () => {
    // Accepts connections and never says a word of TLS.
    const silent = createServer(socket => {
      socket.on('error', () => undefined)
    })
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      silent.close()
    })
    const both = await startBoth()
    const { port } = silent.address() as AddressInfo
    const sid = await place(both.simulator, `https://127.0.0.1:${port}/open`)
    stopTimers()
    await both.simulator.answer(sid)
    await deliver()
    await vi.advanceTimersByTimeAsync(1999)
    expect(both.simulator.call(sid)?.status).toBe('in-progress')
    await vi.advanceTimersByTimeAsync(1)
    expect(await errorOf(both, sid)).toContain('no connection within 2 seconds')
  })
})

/** Checks with SignalWire's own client that the app received a webhook with a right signature. */
function expectSigned({ simulator, app }: Pick<Both, 'simulator' | 'app'>, index: number): void {
  const { method, req, fields } = app.received[index]!
  expect(
    RestClient.validateRequest(
      simulator.signalwire.signingKey,
      req.headers['x-signalwire-signature'] as string,
      `${app.url}${req.url ?? ''}`,
      method === 'POST' ? fields : {},
    ),
  ).toBe(true)
}

describe('redirects', () => {
  const redirectTo =
    (location: string, status = 302) =>
    (_: unknown, res: ServerResponse) =>
      res.writeHead(status, { Location: location }).end()

  test.each([
    [301, 'GET'],
    [302, 'GET'],
    [303, 'GET'],
    [307, 'POST'],
    [308, 'POST'],
  ])(
    'a redirect with the status %i is followed by %s, and signed again',
    async (status, method) => {
      const { simulator, app, callNow } = await startBoth()
      app.responses['/open'] = redirectTo('/next?a=1', status)
      app.responses['/next'] = '<Say>Here</Say>'
      const call = await callNow()
      expect(call).toMatchObject({ heard: ['Here'], error: null })
      const { req, fields } = app.received[1]!
      expect(req.method).toBe(method)
      expect(fields).toMatchObject({ CallSid: call.sid })
      expectSigned({ simulator, app }, 1)
      expect(call.webhooks.map(({ status }) => status)).toEqual([status, 200])
    },
  )

  test('three redirects are followed, and a fourth ends the call', async () => {
    const { app, callNow } = await startBoth()
    app.responses['/open'] = redirectTo('/1')
    app.responses['/1'] = redirectTo('/2')
    app.responses['/2'] = redirectTo('/3')
    app.responses['/3'] = '<Say>Here</Say>'
    expect((await callNow()).heard).toEqual(['Here'])
    app.responses['/3'] = redirectTo('/4')
    expect((await callNow()).error).toContain('more than 3 redirects (error 11215)')
    expect(app.received.at(-1)?.path).toBe('/3')
  })

  test('a redirect of a Gather action loses the digits', async () => {
    const { app, callNow, press } = await startBoth()
    app.responses['/keys'] = redirectTo('/moved', 307)
    const { sid } = await callNow()
    await press(sid, '42')
    expect(app.received.map(({ path, fields }) => [path, fields['Digits']])).toEqual([
      ['/open', undefined],
      ['/keys', '42'],
      ['/moved', undefined],
    ])
  })

  test.each([[undefined], ['ftp://acme.example/'], ['http://']])(
    'a redirect with the Location %s ends the call',
    async location => {
      const { app, callNow } = await startBoth()
      app.responses['/open'] = (_, res) =>
        res.writeHead(302, location === undefined ? {} : { Location: location }).end()
      expect((await callNow()).error).toContain('a redirect (302) without a valid Location')
    },
  )
})

describe('FallbackUrl', () => {
  const withFallback = ({ app }: Both, method?: string) => ({
    FallbackUrl: `${app.url}/fallback`,
    ...(method === undefined ? {} : { FallbackMethod: method }),
  })

  test.each([
    ['a cut connection', (_: unknown, res: ServerResponse) => res.destroy(), '11200'],
    ['the status 500', 500, '11217'],
    ['LaML with a mistake', '<Sing/>', '12100'],
    ['a wrong content type', 'text/html', '12300'],
  ])('%s: the FallbackUrl is asked, and a warning says why', async (_, response, code) => {
    const both = await startBoth()
    const { app, callNow } = both
    app.responses['/open'] =
      typeof response === 'number'
        ? (_, res) => res.writeHead(response).end()
        : response === 'text/html'
          ? (_, res) => res.writeHead(200, { 'Content-Type': response }).end('<Response/>')
          : response
    app.responses['/fallback'] = '<Say>Sorry</Say>'
    const call = await callNow(withFallback(both))
    expect(call).toMatchObject({ heard: ['Sorry'], error: null })
    expect(call.warnings).toEqual([
      expect.stringMatching(new RegExp(`/open .*\\(error ${code}\\): asked FallbackUrl$`)),
    ])
    expect(app.received.map(({ method, path }) => [method, path])).toEqual([
      ['POST', '/open'],
      ['POST', '/fallback'],
    ])
  })

  test('a webhook in the middle of the call falls back, too, with its fields and by FallbackMethod', async () => {
    const both = await startBoth()
    const { app, callNow, press } = both
    app.responses['/keys'] = (_, res) => res.destroy()
    app.responses['/fallback'] = '<Say>Sorry</Say>'
    const { sid } = await callNow(withFallback(both, 'GET'))
    expect(await press(sid, '42')).toMatchObject({ heard: ['Two digits', 'Sorry'], error: null })
    expect(app.received.at(-1)).toMatchObject({ method: 'GET', fields: { Digits: '42' } })
  })

  test('a FallbackUrl that fails, too, ends the call', async () => {
    const both = await startBoth()
    both.app.responses['/open'] = both.app.responses['/fallback'] = (_, res) => res.destroy()
    const call = await both.callNow(withFallback(both))
    expect(call.error).toContain('/fallback failed')
    expect(call.webhooks).toHaveLength(2)
  })

  test('a person who hangs up during the failing webhook is not asked for again', async () => {
    const both = await startBoth()
    const { simulator, app, order } = both
    let sid = ''
    app.responses['/open'] = (_, res) => {
      void simulator.hangUp(sid).then(() => res.destroy())
    }
    sid = await order(withFallback(both))
    await simulator.answer(sid)
    await simulator.idle(sid)
    expect(app.received).toHaveLength(1)
    expect(simulator.call(sid)).toMatchObject({ status: 'completed', error: null, warnings: [] })
  })
})

test.each([
  ['POST', '/open?', '/open?'],
  ['GET', '/open?', '/open?AccountSid='],
  ['GET', '/open?a=1&', '/open?a=1&AccountSid='],
  ['GET', '/open?a=1', '/open?a=1&AccountSid='],
])('a %s to a URL that ends as in %s is requested as it is signed', async (method, end, path) => {
  const { simulator, app } = await startBoth()
  simulator.setPhone(alice, 'answers')
  const sid = await place(simulator, `${app.url}${end}`, { Method: method })
  await simulator.idle(sid)
  expect(app.received[0]!.req.url?.startsWith(path)).toBe(true)
  expectSigned({ simulator, app }, 0)
})

test.each([
  ['https://no-such-host.invalid/open', '11210'],
  ['http://127.0.0.1:1/open', '11200'],
])('a webhook to %s fails with the error %s', async (url, code) => {
  const simulator = await startSimulator()
  simulator.setPhone(alice, 'answers')
  const sid = await place(simulator, url)
  await simulator.idle(sid)
  expect(simulator.call(sid)?.error).toContain(`(error ${code})`)
})

test('a server that does not speak HTTP is a protocol violation', async () => {
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    socket.end('hello\r\n\r\n')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
  })
  const simulator = await startSimulator()
  simulator.setPhone(alice, 'answers')
  const { port } = server.address() as AddressInfo
  const sid = await place(simulator, `http://127.0.0.1:${port}/open`)
  await simulator.idle(sid)
  expect(simulator.call(sid)?.error).toContain('(error 11251)')
})
