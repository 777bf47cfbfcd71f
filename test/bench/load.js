import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'

const connections = 10

/**
 * Starts a case in a process of its own. Each `run` sends requests that were not sent before, and
 * returns how many were served per second.
 */
export async function start(
  { name, status, requests = 2000 },
  runs,
  space,
  node = process.execPath,
) {
  const sessions = requests * (runs + 1)
  const child = fork(
    fileURLToPath(new URL('site.js', import.meta.url)),
    [name, String(sessions), space ?? ''],
    {
      execPath: node,
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  )
  let said = ''
  child.stderr.on('data', text => {
    said += String(text)
  })
  const [{ port }] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error(`The case '${name}' could not start: ${said}`)
    }),
  ])
  let sent = 0

  async function run() {
    const slice = { from: sent, to: sent + requests }
    sent += requests
    child.send(slice)
    const [{ requests: list }] = await once(child, 'message')
    return perSecond(port, list, status)
  }
  await run() // warms up
  return { run, stop: () => child.kill() }
}

/**
 * Sends each request once over ten connections, and measures from the first byte to the last
 * response.
 */
async function perSecond(port, list, status) {
  let next = 0
  let last = 0
  let wrong = 0
  const startedAt = performance.now()
  const instance = autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    amount: list.length,
    requests: [{ setupRequest: request => ({ ...request, ...list[next++ % list.length] }) }],
  })
  instance.on('response', (_client, code) => {
    last = performance.now()
    if (code !== status) wrong++
  })
  const { errors } = await instance
  if (wrong > 0 || errors > 0)
    throw new Error(`${wrong} responses were not ${status}, ${errors} requests failed.`)
  return list.length / ((last - startedAt) / 1000)
}
