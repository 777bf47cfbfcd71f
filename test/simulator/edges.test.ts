// What the simulator does with requests and answers at the edge of what HTTP allows.
import { connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  alice,
  authorization,
  face,
  place,
  post,
  raw,
  startApp,
  startSimulator,
} from './support.js'

/** A client of its own, which sends what it likes. */
async function client(url: string, text: string | Buffer): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  await new Promise(resolve => socket.write(text, resolve))
  return socket
}

const begin = (path: string, length: number, more = '') =>
  `POST ${path} HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Type: application/json\r\n${more}Content-Length: ${length}\r\n\r\n`

describe('a request', () => {
  test('whose body is not UTF-8: 400', async () => {
    const simulator = await startSimulator()
    const answer = await fetch(`${simulator.url}/queue`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: Buffer.from([0x22, 0xff, 0x22]),
    })
    expect([answer.status, await answer.json()]).toEqual([400, { error: 'the body is not UTF-8' }])
  })

  test('without a content type: 400, and nobody is called', async () => {
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

  test('without a Host: 400 or 403, and nothing is told', async () => {
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

  test('of many megabytes is cut off: what is read of it is bounded', async () => {
    const simulator = await startSimulator()
    const { status } = await raw(
      simulator,
      'PUT',
      '/queue',
      { 'Content-Type': 'application/json' },
      'x'.repeat(5 * 1024 * 1024),
    ).catch(() => ({ status: 413 }))
    expect(status).toBe(413)
    expect((await face(simulator, 'GET', '/calls.json')).status).toBe(200)
  })

  test('that is given up in the middle harms nobody, on either face', async () => {
    const simulator = await startSimulator()
    const { port } = new URL(simulator.url)
    for (const path of ['/queue', `/2010-04-01/Accounts/${simulator.signalwire.project}/Calls`]) {
      const socket = await client(simulator.url, `${begin(path, 100).replace('PORT', port)}{"delay`)
      const closed = new Promise(resolve => socket.once('close', resolve))
      socket.destroy()
      await closed
    }
    expect((await face(simulator, 'GET', '/calls.json')).status).toBe(200)
  })

  test('for what is not there: 404 of the kind that its part of the API has', async () => {
    const simulator = await startSimulator()
    const authorized = { Authorization: authorization(simulator) }
    simulator.setFaults({ calls: { status: 500 } })
    expect((await raw(simulator, 'DELETE', '/2010-04-01/Nothing', authorized)).status).toBe(404)
    expect((await raw(simulator, 'GET', '/api/relay/rest/mfa/nothing', authorized)).status).toBe(
      404,
    )
  })
})

test('a fault that is left undefined is none', async () => {
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
  ).toBe(201)
})

describe('an app', () => {
  test('that answers the repeats of a webhook no more: the call goes on', async () => {
    const [simulator, app] = [await startSimulator(), await startApp()]
    let times = 0
    app.answers['/open'] = (_asked, res) => {
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
    ['nothing at all', '', 'the answer is empty'],
    [
      'text before the root',
      'hello <Response><Hangup/></Response>',
      "stray text in <the document>: 'hello'",
    ],
    ['text after it', '<Response><Hangup/></Response> hello', 'well-formed'],
  ])('that answers with %s: the call breaks and says why', async (_, xml, why) => {
    const [simulator, app] = [await startSimulator(), await startApp()]
    app.answers['/open'] = (_asked, res) => {
      res.writeHead(200, { 'Content-Type': 'application/xml' }).end(xml)
    }
    simulator.setPhone(alice, 'answers')
    const sid = await place(simulator, `${app.url}/open`)
    await simulator.idle(sid)
    expect(simulator.call(sid)?.error).toContain('was answered wrongly')
    expect(simulator.call(sid)?.error).toContain(why)
  })

  test('that answers without a content type: the call breaks', async () => {
    const [simulator, app] = [await startSimulator(), await startApp()]
    app.answers['/open'] = (_asked, res) => {
      res.end('<Response><Hangup/></Response>')
    }
    simulator.setPhone(alice, 'answers')
    const sid = await place(simulator, `${app.url}/open`)
    await simulator.idle(sid)
    expect(simulator.call(sid)?.error).toContain("the content type of the answer is ''")
  })

  test('that promised https and speaks http: the call breaks', async () => {
    const [simulator, app] = [await startSimulator(), await startApp()]
    simulator.setPhone(alice, 'answers')
    const sid = await place(simulator, `${app.url.replace('http:', 'https:')}/open`)
    await simulator.idle(sid)
    expect(simulator.call(sid)?.error).toMatch(/failed: no answer \(.+\)/)
    expect(app.asked).toEqual([])
  })
})

describe('somebody who hangs up', () => {
  test.each([
    ['at the first word', '<Say>Hello</Say><Say>World</Say>', ['Hello']],
    ['when the call has just broken', '<Sing/>', []],
  ])(
    '%s, out of a listener: the call is over, once, and nothing more is said',
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

  test('waitFor gives up after five seconds, and tells how the calls stand: none, and one that waits and one that broke', async () => {
    const [simulator, app] = [await startSimulator(), await startApp()]
    app.answers['/gather'] = `<Gather action="${app.url}/keys"/>`
    app.answers['/broken'] = '<Sing/>'
    const givenUp = async () => {
      fake('setTimeout', 'clearTimeout')
      const waited = simulator
        .waitFor(() => false)
        .catch((error: unknown) => (error as Error).message)
      await vi.advanceTimersByTimeAsync(5000)
      vi.useRealTimers()
      return waited
    }
    expect(await givenUp()).toBe('No call got there within 5 seconds. There are no calls.')
    simulator.setPhone(alice, 'answers')
    for (const path of ['/broken', '/gather'])
      await simulator.idle(await place(simulator, `${app.url}${path}`))
    await post(simulator, 'Messages', {
      From: '+12025550100',
      To: alice,
      Body: 'a change that is none of a call',
    })
    expect(await givenUp()).toMatch(
      /The calls are: \+12025550123 in-progress, waits for keys; \+12025550123 completed, broke: the webhook .+<Sing>/,
    )
  })

  test('a text takes a moment by real time', async () => {
    const simulator = await startSimulator({ clock: 'real' })
    fake('setTimeout', 'clearTimeout')
    const waits = simulator.waitFor(() => false).catch((error: unknown) => (error as Error).message)
    await post(simulator, 'Messages', { From: '+12025550100', To: alice, Body: 'Hello' })
    expect(simulator.messages).toMatchObject([{ status: 'queued' }])
    await vi.advanceTimersByTimeAsync(300)
    expect(simulator.messages).toMatchObject([{ status: 'delivered' }])
    await vi.advanceTimersByTimeAsync(4700)
    expect(await waits).toContain('There are no calls.')
  })

  test('a stream on which nothing comes is kept open by comments', async () => {
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

test('a simulator of real time that is stopped while a telephone rings leaves no timer behind', async () => {
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
