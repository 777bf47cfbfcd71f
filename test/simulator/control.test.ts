import { request } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Simulator } from 'passport-voice-otp/simulator'
import {
  alice,
  authorization,
  control,
  mfa,
  place,
  post,
  raw,
  startApp,
  startSimulator,
} from './support.js'

const json = { 'Content-Type': 'application/json' }

describe('the routes for scripts', () => {
  test('a script answers, presses keys, hangs up and reads what was heard', async () => {
    const [simulator, app] = [await startSimulator(), await startApp()]
    app.responses['/open'] =
      `<Gather action="${app.url}/keys" numDigits="2"><Say>Two digits</Say></Gather>`
    app.responses['/keys'] = `<Gather action="${app.url}/keys" numDigits="2"/>`
    const sid = await place(simulator, `${app.url}/open`)
    expect(await control(simulator, 'POST', `/calls/${sid}/answer`)).toMatchObject({
      status: 200,
      body: { sid },
    })
    await simulator.idle()
    expect((await control(simulator, 'POST', `/calls/${sid}/keys`, { digits: '42' })).status).toBe(
      200,
    )
    await simulator.idle()
    const { status, body } = await control(simulator, 'GET', '/calls.json')
    expect(status).toBe(200)
    expect(body).toEqual([{ ...simulator.calls[0], durationMs: expect.any(Number) }])
    expect(body).toMatchObject([
      {
        sid,
        to: alice,
        status: 'in-progress',
        heard: ['Two digits'],
        waitingFor: { numDigits: 2, finishOnKey: '#', timeout: 5 },
        webhooks: [
          { url: `${app.url}/open`, status: 200 },
          { body: expect.stringContaining('<Gather') },
        ],
      },
    ])
    expect(await control(simulator, 'POST', `/calls/${sid}/hangup`, {})).toMatchObject({
      status: 200,
      body: { status: 'completed' },
    })
  })

  test('a script sets phones, faults and the queue', async () => {
    const simulator = await startSimulator()
    expect(
      await control(simulator, 'PUT', `/phones/${alice}`, { behaviour: 'voicemail', keys: '1#' }),
    ).toEqual({ status: 200, body: { behaviour: 'voicemail', keys: '1#' } })
    expect(
      await control(simulator, 'PUT', `/phones/${encodeURIComponent('+12025550145')}`, {
        behaviour: 'busy',
      }),
    ).toEqual({ status: 200, body: { behaviour: 'busy' } })
    expect(await control(simulator, 'PUT', '/faults', { calls: { status: 500 } })).toEqual({
      status: 200,
      body: { calls: { status: 500 } },
    })
    expect(
      (
        await post(simulator, 'Calls', {
          To: '+12025550145',
          From: '+12025550100',
          Url: 'https://acme.example/',
        })
      ).status,
    ).toBe(500)
    expect(await control(simulator, 'DELETE', '/faults')).toEqual({ status: 200, body: {} })
    const { body } = await post(simulator, 'Calls', {
      To: '+12025550145',
      From: '+12025550100',
      Url: 'https://acme.example/',
    })
    expect(simulator.call((body as { sid: string }).sid)?.status).toBe('busy')
    expect(await control(simulator, 'PUT', '/queue', { delayMs: 500 })).toEqual({
      status: 200,
      body: { delayMs: 500 },
    })
    expect(simulator.call(await place(simulator, 'https://acme.example/'))?.status).toBe('queued')
  })

  test('a script reads text messages and hosted codes, newest first', async () => {
    const simulator = await startSimulator()
    for (const to of [alice, '+12025550145']) {
      await post(simulator, 'Messages', { From: '+12025550100', To: to, Body: 'Your code is 1' })
      await raw(
        simulator,
        'POST',
        '/api/relay/rest/mfa/sms',
        { ...json, Authorization: authorization(simulator) },
        JSON.stringify({ to }),
      )
    }
    expect((await control(simulator, 'GET', '/messages.json')).body).toEqual(simulator.messages)
    expect((await control(simulator, 'GET', '/mfa.json')).body).toEqual(simulator.mfaRequests)
    expect(simulator.messages.map(({ to }) => to)).toEqual(['+12025550145', alice])
    expect(simulator.mfaRequests.map(({ to }) => to)).toEqual(['+12025550145', alice])
  })

  test.each([
    ['POST', '/calls/nobody/answer', {}, 404, 'there is no call nobody'],
    ['POST', '/calls/SID/keys', {}, 400, 'keys are 1 to 32'],
    ['POST', '/calls/SID/keys', { digits: 4 }, 400, 'keys are 1 to 32'],
    ['POST', '/calls/SID/keys', { digits: '4a' }, 400, 'keys are 1 to 32'],
    ['POST', '/calls/SID/keys', { digits: '4' }, 409, 'the call is ringing'],
    ['POST', '/calls/SID/sing', {}, 404, 'there is no POST'],
    ['GET', '/calls/SID/answer', undefined, 404, 'there is no /calls'],
    ['PUT', '/phones/12025550123', { behaviour: 'busy' }, 400, 'is not a phone number'],
    ['PUT', '/phones/%ZZ', { behaviour: 'busy' }, 400, 'malformed'],
    ['PUT', `/phones/${alice}`, {}, 400, 'behaviour is one of'],
    ['PUT', `/phones/${alice}`, { behaviour: 'toString' }, 400, 'behaviour is one of'],
    [
      'PUT',
      `/phones/${alice}`,
      { behaviour: 'busy', keys: '1' },
      400,
      'keys are what the greeting',
    ],
    ['PUT', `/phones/${alice}`, { behaviour: 'voicemail', keys: 'x' }, 400, 'keys are 1 to 32'],
    ['PUT', `/phones/${alice}`, { behavior: 'busy' }, 400, "a phone has no 'behavior'"],
    ['PUT', '/faults', { calls: { status: 'bad' } }, 400, 'calls.status'],
    ['PUT', '/queue', { delay: 1 }, 400, 'give { delayMs'],
    ['PUT', '/queue', [], 400, 'send a JSON object'],
    ['DELETE', '/calls.json', undefined, 404, 'there is no DELETE'],
    ['GET', '/nothing', undefined, 404, 'there is no /nothing'],
  ] as const)('%s %s with %j is refused with %i', async (method, path, body, status, error) => {
    const simulator = await startSimulator()
    const sid = await place(simulator, 'https://acme.example/')
    const answer = await control(simulator, method, path.replace('SID', sid), body)
    expect(answer).toEqual({ status, body: { error: expect.stringContaining(error) } })
    expect(simulator.call(sid)?.status).toBe('ringing')
  })

  test('a call can be answered only once', async () => {
    const [simulator, app] = [await startSimulator(), await startApp()]
    app.responses['/open'] = `<Gather action="${app.url}/keys"/>`
    const sid = await place(simulator, `${app.url}/open`)
    expect((await control(simulator, 'POST', `/calls/${sid}/answer`)).status).toBe(200)
    expect((await control(simulator, 'POST', `/calls/${sid}/answer`)).status).toBe(409)
  })
})

describe('requests of others', () => {
  const foreign = [
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1.evil.example:PORT',
    '127.0.0.1',
    'localhost',
    '127.0.0.1:1',
    '0.0.0.0:PORT',
  ]

  test.each(foreign)(
    'a request with the Host %j gets 403 everywhere, and nothing happens',
    async host => {
      const simulator = await startSimulator()
      const sid = await place(simulator, 'https://acme.example/')
      const headers = {
        ...json,
        Host: host.replace('PORT', new URL(simulator.url).port),
        Authorization: authorization(simulator),
      }
      for (const [method, path, body] of [
        ['GET', '/', ''],
        ['GET', '/calls.json', ''],
        ['GET', '/events', ''],
        ['POST', `/calls/${sid}/answer`, ''],
        ['PUT', '/queue', '{"delayMs":5}'],
        ['GET', `/2010-04-01/Accounts/${simulator.signalwire.project}/Calls/${sid}`, ''],
        ['POST', '/api/relay/rest/mfa/sms', JSON.stringify({ to: alice })],
      ] as const)
        expect(
          (await raw(simulator, method, path, headers, body)).status,
          `${method} ${path}`,
        ).toBe(403)
      expect(simulator.call(sid)?.status).toBe('ringing')
      expect(simulator.mfaRequests).toHaveLength(0)
    },
  )

  test.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])(
    'a request with the Host %s and the port is accepted',
    async host => {
      const simulator = await startSimulator()
      expect(
        (
          await raw(simulator, 'GET', '/calls.json', {
            Host: `${host}:${new URL(simulator.url).port}`,
          })
        ).status,
      ).toBe(200)
    },
  )

  test.each([
    'https://evil.example',
    'http://evil.example:PORT',
    'null',
    'http://127.0.0.1',
    'http://127.0.0.1:1',
    'https://127.0.0.1:PORT',
    '',
  ])(
    'a request with the Origin %j gets 403 on the routes for scripts, and nothing happens',
    async origin => {
      const simulator = await startSimulator()
      const sid = await place(simulator, 'https://acme.example/')
      const headers = { ...json, Origin: origin.replace('PORT', new URL(simulator.url).port) }
      for (const [method, path, body] of [
        ['GET', '/calls.json', ''],
        ['GET', '/events', ''],
        ['POST', `/calls/${sid}/answer`, '{}'],
        ['DELETE', '/faults', ''],
        ['OPTIONS', '/faults', ''],
      ] as const) {
        const { status, headers: answered } = await raw(simulator, method, path, headers, body)
        expect(status, `${method} ${path}`).toBe(403)
        expect(answered['access-control-allow-origin']).toBeUndefined()
      }
      expect(simulator.call(sid)?.status).toBe('ringing')
    },
  )

  test('a request with the own Origin is accepted', async () => {
    const simulator = await startSimulator()
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      const sid = await place(simulator, 'https://acme.example/')
      expect(
        (
          await raw(
            simulator,
            'POST',
            `/calls/${sid}/hangup`,
            { ...json, Origin: `http://${host}:${new URL(simulator.url).port}` },
            '{}',
          )
        ).status,
      ).toBe(200)
    }
  })

  test('only JSON changes anything, because any page can send a form', async () => {
    const simulator = await startSimulator()
    const sid = await place(simulator, 'https://acme.example/')
    const path = `/calls/${sid}/hangup`
    for (const [headers, body] of [
      [{ 'Content-Type': 'text/plain' }, '{}'],
      [{ 'Content-Type': 'application/x-www-form-urlencoded' }, 'a=1'],
      [{}, '{}'],
      [{ Origin: simulator.url }, ''],
      [{ ...json }, '{'],
      [{ ...json }, '5'],
    ] as [Record<string, string>, string][])
      expect(
        (await raw(simulator, 'POST', path, headers, body)).status,
        JSON.stringify([headers, body]),
      ).toBe(400)
    expect((await raw(simulator, 'POST', path, json, ' '.repeat(65_537))).status).toBe(413)
    expect(simulator.call(sid)?.status).toBe('ringing')
    expect((await raw(simulator, 'POST', path)).status).toBe(200)
  })

  test('an absolute URL in the request line is refused', async () => {
    const simulator = await startSimulator()
    expect((await raw(simulator, 'GET', `${simulator.url}/calls.json`)).status).toBe(400)
    expect((await raw(simulator, 'GET', 'http://evil.example/calls.json')).status).toBe(400)
  })

  test('the simulator listens on loopback only', async () => {
    const simulator = await startSimulator()
    expect(simulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    await expect(
      startSimulator({ port: Number(new URL(simulator.url).port) }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('the web page', () => {
  test('the page is served with its files and a Content-Security-Policy', async () => {
    const simulator = await startSimulator()
    const { status, headers, text } = await raw(simulator, 'GET', '/?phone=%2B12025550123')
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy':
        "default-src 'self'; frame-ancestors http://127.0.0.1:* http://localhost:*",
    })
    const files = [...text.matchAll(/(?:href|src)="(\/?page\/[^"]+)"/g)].map(
      ([, file = '']) => file,
    )
    expect(files.length).toBeGreaterThan(1)
    for (const file of files) {
      const answer = await raw(simulator, 'GET', file.startsWith('/') ? file : `/${file}`)
      expect(answer.status, file).toBe(200)
      expect(answer.headers['content-type'], file).toMatch(
        /^(text\/css|text\/javascript|image\/svg\+xml)/,
      )
    }
  })

  test.each([
    '/page/',
    '/page',
    '/page/../server.ts',
    '/page/..%2fserver.ts',
    '/page/%2e%2e/server.ts',
    '/page/..\\server.ts',
    '/page/nothing.js',
    '/page/page.js%00.css',
    '/page/./page.js',
    '//page/page.js',
    '/page/index.html/',
    '/server.ts',
  ])('%s is not a file of the page', async path => {
    const simulator = await startSimulator()
    expect((await raw(simulator, 'GET', path)).status).toBe(404)
  })
})

describe('events', () => {
  interface State {
    calls: { sid: string; status: string }[]
    messages: unknown[]
    mfa: unknown[]
  }

  /** Collects the states that the stream sends. */
  async function listen(simulator: Simulator) {
    const states: State[] = []
    let arrived = (): void => undefined
    const response = await new Promise<NodeJS.ReadableStream & { headers: object }>(
      (resolve, reject) => {
        const sent = request(`${simulator.url}/events`, resolve).on('error', reject)
        sent.end()
        onTestFinished(() => {
          sent.destroy()
        })
      },
    )
    let text = ''
    response
      .on('error', () => undefined)
      .on('data', (chunk: Buffer) => {
        text += chunk.toString()
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          expect(text).toMatch(/^event: state\ndata: /)
          states.push(JSON.parse(text.slice('event: state\ndata: '.length, end)) as State)
          text = text.slice(end + 2)
        }
        arrived()
      })
    const until = async (fits: (state: State) => boolean): Promise<State> => {
      for (;;) {
        const last = states.at(-1)
        if (last !== undefined && fits(last)) return last
        await new Promise<void>(resolve => {
          arrived = resolve
        })
      }
    }
    return { states, until, headers: response.headers }
  }

  test('the stream of events sends the state at once, and after every change', async () => {
    const simulator = await startSimulator()
    const { until, headers } = await listen(simulator)
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    })
    expect(await until(() => true)).toEqual({ calls: [], messages: [], mfa: [] })
    const sid = await place(simulator, 'https://acme.example/')
    expect((await until(({ calls }) => calls[0]?.status === 'ringing')).calls).toEqual([
      simulator.call(sid),
    ])
    await simulator.hangUp(sid)
    await until(({ calls }) => calls[0]?.status === 'busy')
    await post(simulator, 'Messages', { From: '+12025550100', To: alice, Body: 'x' })
    expect((await until(({ messages }) => messages.length === 1)).messages).toMatchObject([
      { body: 'x' },
    ])
    await raw(
      simulator,
      'POST',
      '/api/relay/rest/mfa/sms',
      { ...json, Authorization: authorization(simulator) },
      JSON.stringify({ to: alice }),
    )
    expect((await until(({ mfa }) => mfa.length === 1)).mfa).toEqual(simulator.mfaRequests)
  })

  test('the stream sends the changes of one tick together, and the newest twenty calls', async () => {
    const simulator = await startSimulator()
    const { states, until } = await listen(simulator)
    await until(() => true)
    const sids: string[] = []
    for (let index = 0; index < 25; index++)
      sids.push(await place(simulator, 'https://acme.example/'))
    await until(({ calls }) => calls[0]?.sid === sids[24])
    expect(states.at(-1)?.calls.map(({ sid }) => sid)).toEqual(sids.slice(5).reverse())
    const before = states.length
    await simulator.advance(60_000)
    await until(({ calls }) => calls.every(({ status }) => status === 'no-answer'))
    expect(states.length - before).toBeLessThan(25)
  })

  test('onChange calls its listener until it is ended', async () => {
    const simulator = await startSimulator()
    let changes = 0
    const end = simulator.onChange(() => {
      changes++
    })
    const sid = await place(simulator, 'https://acme.example/')
    expect(changes).toBeGreaterThan(0)
    end()
    const before = changes
    await simulator.hangUp(sid)
    expect(changes).toBe(before)
  })

  test('stop() ends the stream of events', async () => {
    const simulator = await startSimulator()
    const response = await fetch(`${simulator.url}/events`)
    await simulator.stop()
    await expect(response.text()).rejects.toThrow()
    await expect(fetch(simulator.url)).rejects.toThrow('fetch failed')
  })
})

describe('the phones in a browser without JavaScript', () => {
  const formOf = (
    simulator: Simulator,
    path: string,
    fields: Record<string, string>,
    origin?: string,
  ) =>
    raw(
      simulator,
      'POST',
      path,
      {
        'Content-Type': 'application/x-www-form-urlencoded',
        ...(origin === '' ? {} : { Origin: origin ?? simulator.url }),
      },
      new URLSearchParams(fields).toString(),
    )
  const pageOf = async (
    simulator: Simulator,
    query = '',
    headers: Record<string, string> = {},
  ): Promise<string> => (await raw(simulator, 'GET', `/${query}`, headers)).text

  test('the forms of the page answer, press keys and hang up, and the page shows what calls said', async () => {
    const [simulator, app] = [await startSimulator(), await startApp()]
    app.responses['/open'] =
      `<Gather action="${app.url}/keys" numDigits="2"><Say>Two digits &lt;now&gt;</Say></Gather>`
    app.responses['/keys'] = '<Say>Thank you</Say><Pause length="60"/>'
    expect(await pageOf(simulator)).toContain('No calls yet.')
    const sid = await place(simulator, `${app.url}/open`)
    expect(await pageOf(simulator)).toMatch(
      /http-equiv="refresh"[^]*Ringing[^]*action="\/calls\/.*\/answer"/,
    )

    expect(await formOf(simulator, `/calls/${sid}/answer`, {})).toMatchObject({
      status: 303,
      headers: { location: '/' },
    })
    await simulator.idle()
    const waiting = await pageOf(simulator)
    expect(waiting).toContain('Two digits &#60;now&#62;')
    expect(waiting).not.toContain('http-equiv="refresh"') // it would empty the field
    await formOf(simulator, `/calls/${sid}/keys`, { digits: '42' })
    await simulator.idle()
    expect(app.received.at(-1)?.fields['Digits']).toBe('42')

    await formOf(simulator, `/calls/${sid}/hangup`, {})
    expect(simulator.call(sid)?.status).toBe('completed')
    expect(await pageOf(simulator)).toMatch(/Idle[^]*Earlier call\. Ended: completed[^]*Thank you/)
  })

  test.each([
    ['has the focus on a page of its own', 'document', true],
    ['leaves the focus to the page around a frame', 'iframe', false],
  ])(
    'the field of the keys %s, while the call waits for keys',
    async (_, destination, hasFocus) => {
      const [simulator, app] = [await startSimulator(), await startApp()]
      app.responses['/open'] = `<Gather action="${app.url}/keys" numDigits="2"/>`
      const sid = await place(simulator, `${app.url}/open`)
      await formOf(simulator, `/calls/${sid}/answer`, {})
      await simulator.idle()
      const page = await pageOf(simulator, '', { 'Sec-Fetch-Dest': destination })
      expect(page).toContain('<input name="digits"')
      expect(page.includes('autofocus')).toBe(hasFocus)
    },
  )

  test('a form from the page of one phone leads back to this phone, and a call that is over is no error', async () => {
    const simulator = await startSimulator()
    const sid = await place(simulator, 'https://acme.example/')
    const phone = alice
    expect(await pageOf(simulator, `?phone=${encodeURIComponent(phone)}`)).toContain(
      `name="phone" value="${phone}"`,
    )
    expect(await pageOf(simulator, '?phone=%2B12025550145')).not.toContain('action="/calls/')
    for (let time = 0; time < 2; time++)
      expect(await formOf(simulator, `/calls/${sid}/hangup`, { phone })).toMatchObject({
        status: 303,
        headers: { location: `/?phone=${encodeURIComponent(phone)}` },
      })
    expect(await formOf(simulator, '/calls/x/answer', { phone: '//evil.example' })).toMatchObject({
      headers: { location: '/' },
    })
  })

  test('the page shows text messages, and a text of the app is never markup', async () => {
    const simulator = await startSimulator()
    await post(simulator, 'Messages', {
      To: alice,
      From: simulator.signalwire.from,
      Body: '<b>1</b>',
    })
    await simulator.idle()
    const page = await pageOf(simulator)
    expect(page).toContain('Text message: &#60;b&#62;1&#60;/b&#62;')
    await mfa(simulator, 'sms', { to: alice, message: 'Acme:' })
    expect(await pageOf(simulator)).toMatch(/Text message: .*\d{6}/)
  })

  test.each(['', 'null', 'https://evil.example', 'http://127.0.0.1'])(
    'a form with the Origin %j changes nothing',
    async origin => {
      const simulator = await startSimulator()
      const sid = await place(simulator, 'https://acme.example/')
      const { status } = await formOf(simulator, `/calls/${sid}/hangup`, { a: '1' }, origin)
      expect([400, 403]).toContain(status)
      expect(simulator.call(sid)?.status).toBe('ringing')
    },
  )

  test('a form changes calls only', async () => {
    const simulator = await startSimulator()
    expect((await formOf(simulator, '/queue', { delayMs: '5' })).status).toBe(400)
  })
})
