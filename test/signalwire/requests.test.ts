// Edge cases of signalwire/: what is sent, what is thrown, what is remembered.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createCalls } from '../../lib/signalwire/calls.js'
import { createHttpClient } from '../../lib/signalwire/client.js'
import { sendRequest } from '../../lib/signalwire/http.js'

test('a form holds only texts and numbers, whatever the vendor made of other values', async () => {
  const bodies: string[] = []
  const server = createServer((req, res) => {
    let body = ''
    req
      .on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      .on('end', () => {
        bodies.push(body)
        res.end('{}')
      })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const uri = 'https://acme.signalwire.com/2010-04-01/Accounts/project/Calls.json'
  await createHttpClient(origin, {}).request({
    method: 'POST',
    uri,
    username: 'project',
    password: 'token',
    data: { To: '+12025550123', Timeout: 30, Record: true, Url: undefined, Twiml: null },
  })
  expect(Object.fromEntries(new URLSearchParams(bodies[0]))).toEqual({
    To: '+12025550123',
    Timeout: '30',
  })
})

test('a response without a body has the empty text', async () => {
  const server = createServer((_req, res) => {
    res.writeHead(204).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  expect(await sendRequest({ method: 'GET', url, username: 'project', password: 'token' })).toEqual(
    { status: 204, text: '' },
  )
})

test('the states of the newest 10,000 calls are remembered, and older ones are asked for again', async () => {
  const asked: string[] = []
  const connect = () =>
    Promise.resolve({
      calls: (sid: string) => ({
        fetch: () => {
          asked.push(sid)
          return Promise.resolve({ status: 'completed' })
        },
      }),
    })
  const calls = createCalls(
    { signalwire: {}, ringSeconds: 30, machineDetection: false } as never,
    connect as never,
    () => 0,
  )
  for (let index = 0; index <= 10_000; index++) await calls.state(`call-${index}`)
  asked.length = 0
  for (const sid of ['call-10000', 'call-1', 'call-0'])
    expect(await calls.state(sid)).toBe('completed')
  expect(asked).toEqual(['call-0'])
})

test('the ringing of the newest 10,000 calls is remembered, and that of older ones is forgotten', () => {
  const calls = createCalls(
    { signalwire: {}, ringSeconds: 30, machineDetection: false } as never,
    (() => undefined) as never,
    () => 0,
  )
  expect(calls.noticeRing('call-0')).toBe(true)
  expect(calls.noticeRing('call-0')).toBe(false)
  for (let index = 1; index <= 10_000; index++) calls.noticeRing(`call-${index}`)
  expect(calls.noticeRing('call-10000')).toBe(false)
  expect(calls.noticeRing('call-0')).toBe(true)
})
