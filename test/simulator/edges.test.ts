// Requests and responses at the edge of what HTTP allows.
import { connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  alice,
  authorization,
  control,
  place,
  post,
  raw,
  startApp,
  startSimulator,
} from './support.js'

/** Opens a connection and sends these bytes. */
async function client(url: string, text: string | Buffer): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  await new Promise(resolve => socket.write(text, resolve))
  return socket
}

const begin = (path: string, length: number, more = '') =>
  `POST ${path} HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Type: application/json\r\n${more}Content-Length: ${length}\r\n\r\n`

describe('a request to the simulator', () => {
  test('a body that is not UTF-8 is refused with 400', async () => {
    const simulator = await startSimulator()
    const answer = await fetch(`${simulator.url}/queue`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: Buffer.from([0x22, 0xff, 0x22]),
    })
    expect([answer.status, await answer.json()]).toEqual([400, { error: 'the body is not UTF-8' }])
  })

  test('a form without a content type is refused with 400, and nobody is called', async () => {
    const simulator = await startSimulator()
    const { status } = await raw(
      simulator,
      'POST',
      `/api/laml/2010-04-01/Accounts/${simulator.signalwire.project}/Calls`,
      { Authorization: authorization(simulator) },
      'To=x',
    )
    expect(status).toBe(400)
    expect(simulator.calls).toEqual([])
  })

  test('a request without a Host is refused with 403', async () => {
    const simulator = await startSimulator()
    const socket = await client(simulator.url, 'GET /calls.json HTTP/1.0\r\n\r\n')
    const answer = await new Promise<string>(resolve =>
      socket.once('data', (data: Buffer) => {
        resolve(data.toString())
      }),
    )
    socket.destroy()
    expect(answer).toMatch(/^HTTP\/1\.1 403 /)
  })

  test('a body of many megabytes is refused with 413, and is not read to its end', async () => {
    const simulator = await startSimulator()
    const { status } = await raw(
      simulator,
      'PUT',
      '/queue',
      { 'Content-Type': 'application/json' },
      'x'.repeat(5 * 1024 * 1024),
    ).catch(() => ({ status: 413 }))
    expect(status).toBe(413)
    expect((await control(simulator, 'GET', '/calls.json')).status).toBe(200)
  })

  test('a client that closes the connection in the middle of a body has no effect on others', async () => {
    const simulator = await startSimulator()
    const { port } = new URL(simulator.url)
    for (const path of ['/queue', `/2010-04-01/Accounts/${simulator.signalwire.project}/Calls`]) {
      const socket = await client(simulator.url, `${begin(path, 100).replace('PORT', port)}{"delay`)
      const closed = new Promise(resolve => socket.once('close', resolve))
      socket.destroy()
      await closed
    }
    expect((await control(simulator, 'GET', '/calls.json')).status).toBe(200)
  })

  test('a fault has no effect on resources that do not exist: they get 404', async () => {
    const simulator = await startSimulator()
    const authorized = { Authorization: authorization(simulator) }
    simulator.setFaults({ calls: { status: 500 } })
    expect((await raw(simulator, 'DELETE', '/2010-04-01/Nothing', authorized)).status).toBe(404)
    expect((await raw(simulator, 'GET', '/api/relay/rest/mfa/nothing', authorized)).status).toBe(
      404,
    )
  })
})

test('a fault that is undefined has no effect', async () => {
  const simulator = await startSimulator()
  simulator.setFaults({ calls: undefined, webhooks: undefined })
  expect(
    (
      await post(simulator, 'Calls', {
        To: alice,
        From: simulator.signalwire.from,
        Url: 'https://acme.example/',
      })
    ).status,
  ).toBe(200)
})

describe('an app behind the simulator', () => {
  test('an app that does not respond to repeated webhooks: the call goes on', async () => {
    const [simulator, app] = [await startSimulator(), await startApp()]
    let times = 0
    app.responses['/open'] = (_, res) => {
      times++
      if (times === 1)
        res
          .writeHead(200, { 'Content-Type': 'application/xml' })
          .end('<Response><Say>Hello</Say></Response>')
      else res.destroy()
    }
    simulator.setFaults({ webhooks: { repeat: 2 } })
    simulator.setPhone(alice, 'answers')
    const sid = await place(simulator, `${app.url}/open`)
    await simulator.idle(sid)
    expect(simulator.call(sid)).toMatchObject({
      heard: ['Hello'],
      error: null,
      status: 'completed',
    })
    expect(times).toBe(3)
  })

  test.each([
    ['nothing at all', '', 'the response is empty'],
    [
      'text before the root',
      'hello <Response><Hangup/></Response>',
      "text in <the document>: 'hello'",
    ],
    ['text after it', '<Response><Hangup/></Response> hello', 'well-formed'],
  ])('an app that responds with %s: the call ends, and the error says why', async (_, xml, why) => {
    const [simulator, app] = [await startSimulator(), await startApp()]
    app.responses['/open'] = (_, res) => {
      res.writeHead(200, { 'Content-Type': 'application/xml' }).end(xml)
    }
    simulator.setPhone(alice, 'answers')
    const sid = await place(simulator, `${app.url}/open`)
    await simulator.idle(sid)
    expect(simulator.call(sid)?.error).toContain('got a wrong response')
    expect(simulator.call(sid)?.error).toContain(why)
  })

  test('an app that responds without a content type: the call ends', async () => {
    const [simulator, app] = [await startSimulator(), await startApp()]
    app.responses['/open'] = (_, res) => {
      res.end('<Response><Hangup/></Response>')
    }
    simulator.setPhone(alice, 'answers')
    const sid = await place(simulator, `${app.url}/open`)
    await simulator.idle(sid)
    expect(simulator.call(sid)?.error).toContain("the content type of the response is ''")
  })

  test('an app with an https URL that speaks http: the call ends', async () => {
    const [simulator, app] = [await startSimulator(), await startApp()]
    simulator.setPhone(alice, 'answers')
    const sid = await place(simulator, `${app.url.replace('http:', 'https:')}/open`)
    await simulator.idle(sid)
    expect(simulator.call(sid)?.error).toMatch(/failed: no response \(.+\) \(error 11220\)$/)
    expect(app.received).toEqual([])
  })
})

describe('a person who hangs up', () => {
  test.each([
    ['at the first word', '<Say>Hello</Say><Say>World</Say>', ['Hello']],
    ['when an error has just ended the call', '<Sing/>', []],
  ])(
    'a person who hangs up %s, in a listener: the call ends once, and says nothing more',
    async (_, laml, heard) => {
      const [simulator, app] = [await startSimulator(), await startApp({ '/open': laml })]
      const sid = await place(simulator, `${app.url}/open`)
      simulator.onChange(() => {
        const { status, heard, error } = simulator.call(sid)!
        if (status === 'in-progress' && (heard.length > 0 || error !== null))
          void simulator.hangUp(sid)
      })
      await simulator.answer(sid)
      await simulator.idle(sid)
      const { status, transcript } = simulator.call(sid)!
      expect(status).toBe('completed')
      expect(transcript.filter(({ kind }) => kind === 'hangup')).toEqual([
        { kind: 'hangup', by: 'person' },
      ])
      expect(simulator.call(sid)!.heard.slice(0, 1)).toEqual(
        heard.length === 0 ? ['An application error has occurred.'] : heard,
      )
    },
  )
})

describe('time', () => {
  const fake = (
    ...toFake: ('setTimeout' | 'clearTimeout' | 'setInterval' | 'clearInterval')[]
  ): void => {
    vi.useFakeTimers({ toFake })
    onTestFinished(() => {
      vi.useRealTimers()
    })
  }

  test('waitFor gives up after five seconds and lists the calls: none, and then one that waits and one with an error', async () => {
    const [simulator, app] = [await startSimulator(), await startApp()]
    app.responses['/gather'] = `<Gather action="${app.url}/keys"/>`
    app.responses['/broken'] = '<Sing/>'
    const givenUp = async () => {
      fake('setTimeout', 'clearTimeout')
      const waited = simulator
        .waitFor(() => false)
        .catch((error: unknown) => (error as Error).message)
      await vi.advanceTimersByTimeAsync(5000)
      vi.useRealTimers()
      return waited
    }
    expect(await givenUp()).toBe('No call matched within 5 seconds. There are no calls.')
    simulator.setPhone(alice, 'answers')
    for (const path of ['/broken', '/gather'])
      await simulator.idle(await place(simulator, `${app.url}${path}`))
    await post(simulator, 'Messages', {
      From: '+12025550100',
      To: alice,
      Body: 'a change that is not of a call',
    })
    expect(await givenUp()).toMatch(
      /The calls are: \+12025550123 in-progress, waits for keys; \+12025550123 completed, ended by an error: the webhook .+<Sing>/,
    )
  })

  test('with the real clock a text message is queued, then sent, then delivered', async () => {
    const simulator = await startSimulator({ clock: 'real' })
    fake('setTimeout', 'clearTimeout')
    const waits = simulator.waitFor(() => false).catch((error: unknown) => (error as Error).message)
    await post(simulator, 'Messages', { From: '+12025550100', To: alice, Body: 'Hello' })
    expect(simulator.messages).toMatchObject([{ status: 'queued' }])
    await vi.advanceTimersByTimeAsync(300)
    expect(simulator.messages).toMatchObject([{ status: 'sent' }])
    await vi.advanceTimersByTimeAsync(300)
    expect(simulator.messages).toMatchObject([{ status: 'delivered' }])
    await vi.advanceTimersByTimeAsync(4400)
    expect(await waits).toContain('There are no calls.')
  })

  test('comments keep a stream of events open', async () => {
    const simulator = await startSimulator()
    fake('setInterval', 'clearInterval')
    const response = await fetch(`${simulator.url}/events`)
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toContain('event: state')
    await vi.advanceTimersByTimeAsync(60_000)
    expect((await reader.read()).value).toMatch(/^:\n\n/)
    await reader.cancel()
  })
})

test('a simulator with the real clock that stops while a call waits leaves no timer behind', async () => {
  const simulator = await startSimulator({ clock: 'real' })
  simulator.setQueueDelay({ delayMs: 60_000 })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    await place(simulator, 'https://acme.example/')
    expect(vi.getTimerCount()).toBe(1)
    await simulator.stop()
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})
