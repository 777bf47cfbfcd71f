// The example in a container: what the image sets, which packages it holds, and the demo that other
// machines can reach.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { expect, test, vi } from 'vitest'
import { files, read, root } from '../docs/pages.js'
import { freePort } from '../support/listen.js'
import { addresses, run } from './run.js'

// A process takes seconds to start if many others run beside it.
vi.setConfig({ testTimeout: 60_000 })

/** An address of this machine that is not loopback, as the one that a container has. */
const outsideAddress = Object.values(networkInterfaces())
  .flat()
  .find(each => each?.internal === false && each.family === 'IPv4')?.address

async function healthCheck(port: string): Promise<unknown> {
  const child = spawn(process.execPath, [`${root}example/support/health-check.js`], {
    env: { ...process.env, PORT: port },
  })
  const [status] = (await once(child, 'close')) as [unknown]
  return status
}

/** A request to an address with the Host of another one, as through a published port. */
function statusThrough(address: string, url: string): Promise<number | undefined> {
  const { port, host, pathname } = new URL(url)
  return new Promise((resolve, reject) => {
    request(
      { host: address, port, path: pathname, headers: { Host: host }, agent: false },
      response => {
        response.resume()
        resolve(response.statusCode)
      },
    )
      .on('error', reject)
      .end()
  })
}

test('no line of .env.example can empty a variable that the image sets, because docker run --env-file wins over the image', () => {
  const image = [...read('example/Dockerfile').matchAll(/^ENV (\w+)=/gm)].map(([, name]) => name)
  const file = [...read('example/.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name)
  expect(image).toContain('NODE_ENV')
  expect(file).toContain('PUBLIC_URL')
  expect(image.filter(name => file.includes(name))).toEqual([])
})

test('compose sets NODE_ENV to production itself, because env_file wins over the image', () => {
  expect(read('example/compose.yaml')).toMatch(/environment: \{ NODE_ENV: production,/)
})

test('the image installs every package that the example and the library import', () => {
  const dockerfile = read('example/Dockerfile')
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: object }
  const installed = [
    ...(/'([^']+)'\.split\(' '\)/.exec(dockerfile)?.[1]?.split(' ') ?? []),
    ...Object.keys(dependencies),
  ]
  const sources = files().filter(path => /^(example\/(?!minimal|public)|lib\/).*\.ts$/.test(path))
  const imported = sources.flatMap(path =>
    [...read(path).matchAll(/^(?:import|export) (?!type )[^']*from '([^'.][^']*)'/gm)].map(
      ([, name = '']) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '',
    ),
  )
  const missing = imported.filter(
    name => !/^(node:|passport-voice-otp)/.test(name) && !installed.includes(name),
  )
  expect(imported).toContain('express')
  expect([...new Set(missing)]).toEqual([])
})

test('the demo of a container listens where a published port leads to, with its app and its phones, and is healthy', async () => {
  const port = String(await freePort())
  const example = run({ NODE_ENV: 'production', DEMO: 'true', PORT: port, SIMULATOR_PORT: '0' })
  const { app, phones } = await addresses(example)
  expect(app).toBe(`http://127.0.0.1:${port}`)
  const address = outsideAddress ?? '127.0.0.1'
  expect(await statusThrough(address, `${app}/login`)).toBe(200)
  expect(await statusThrough(address, `${phones}/`)).toBe(200)
  expect(await healthCheck(port)).toBe(0)
})

test.runIf(outsideAddress)(
  'an app that listens on loopback only is unhealthy in a container, and so is no app at all',
  async () => {
    const port = String(await freePort())
    expect(await healthCheck(port)).toBe(1)
    const { app, phones } = await addresses(run({ PORT: port, SIMULATOR_PORT: '0' }))
    expect((await fetch(`${app}/healthz`)).status).toBe(200)
    expect(await healthCheck(port)).toBe(1)
    for (const url of [app, phones])
      await expect(statusThrough(String(outsideAddress), url)).rejects.toThrow('ECONNREFUSED')
  },
)
