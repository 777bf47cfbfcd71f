// A real Redis on a free port, behind a line that delays, records, hangs or breaks.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { createClient } from 'redis'
import { describe, test } from 'vitest'
import { freePort, listen } from './listen.js'

const howToGet = 'redis-server is not on this machine: apt-get install redis-server'

function isInstalled(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/**
 * `describe` if the machine has Redis. Otherwise the tests are skipped, and a line says how to get
 * it. With `CI=true` a skip is a failure.
 */
export function describeWithRedis(name: string, body: () => void): void {
  if (isInstalled()) describe(name, body)
  else if (process.env['CI'] === 'true')
    test(name, () => {
      throw new Error(howToGet)
    })
  else {
    console.warn(`Skipped: ${name}. ${howToGet}`)
    describe.skip(`${name} (${howToGet})`, body)
  }
}

/** Keys of the limits on calls. Without them, every window of these limits is over. */
const callLimitKey = /voice-otp:[a-z-]+-(?:interval|hour|10min|day|minute):/

/**
 * Starts a Redis.
 * @param delayMilliseconds Delay in each direction of the connection `url`, `[least, most]`.
 * Default `[1, 6]`: without delay the races hide.
 * @param cluster Whether it is a Redis Cluster, of one node with all slots. Default: false.
 */
export async function openRedis({
  delayMilliseconds = [1, 6],
  cluster = false,
}: {
  readonly delayMilliseconds?: readonly [number, number]
  readonly cluster?: boolean
} = {}) {
  const port = await freePort()
  const folder = mkdtempSync(`${tmpdir()}/redis-`)
  const child = spawn(
    'redis-server',
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      // A cluster keeps a file about its nodes. Without a port for its nodes, Redis would add
      // 10,000 to the port, which may be too much.
      ...(cluster
        ? ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort()), '--dir', folder]
        : []),
    ],
    { stdio: 'ignore' },
  )
  const killToo = (): void => {
    child.kill('SIGKILL')
  }
  process.once('exit', killToo)
  child.once('exit', () => process.off('exit', killToo))
  const client = createClient({
    url: `redis://127.0.0.1:${port}`,
    socket: { reconnectStrategy: 50 },
  })
  client.on('error', () => undefined) // until the server listens
  const ended = once(child, 'exit').then(() => {
    throw new Error('redis-server has ended.')
  })
  ended.catch(() => undefined) // after the start, the end is no error
  await Promise.race([client.connect(), ended])
  if (cluster) await becomeCluster(client)
  const line = await openLine(port, delayMilliseconds)

  return {
    /** For the app: the slow line. */
    url: `redis://127.0.0.1:${line.port}`,
    port,
    /** Straight to Redis, for apps that are measured. */
    directUrl: `redis://127.0.0.1:${port}`,
    /** For the test: straight to Redis. */
    client,
    /** Everything that ever went over the line, a text for each connection and direction. */
    recorded: line.recorded,
    /**
     * `hang` keeps connections open and says nothing; `cut` breaks them and refuses new ones;
     * `good` ends both.
     */
    fault: line.fault,
    /** Sets the delay of the line, each way, from now on. */
    setDelay: line.setDelay,
    /**
     * Every key with its value, except the records of users: the app itself stores the numbers that
     * they enrolled.
     */
    async dump(): Promise<string> {
      const keys = (await client.keys('*')).filter(key => !key.includes(':user:'))
      const valueOf = async (key: string): Promise<unknown> => {
        const readers: Readonly<Record<string, () => Promise<unknown>>> = {
          string: () => client.get(key),
          hash: () => client.hGetAll(key),
          set: () => client.sMembers(key),
          list: () => client.lRange(key, 0, -1),
          none: () => Promise.resolve(), // it has expired in the meantime
        }
        const type = await client.type(key)
        const read = readers[type]
        if (read === undefined) throw new Error(`dump() cannot read a ${type}.`)
        return read()
      }
      return JSON.stringify(await Promise.all(keys.map(async key => [key, await valueOf(key)])))
    },
    /** Ends every window of the limits on calls. */
    async forgetCallLimits(): Promise<void> {
      const keys = (await client.keys('*')).filter(key => callLimitKey.test(key))
      if (keys.length > 0) await client.del(keys)
    },
    async close(): Promise<void> {
      await line.close()
      client.destroy()
      child.kill('SIGKILL')
      await new Promise(resolve =>
        child.exitCode === null && child.signalCode === null
          ? child.once('exit', resolve)
          : resolve(undefined),
      )
      rmSync(folder, { recursive: true })
    },
  }
}

/** Gives all slots to the only node, and waits until it serves them. */
async function becomeCluster(client: {
  sendCommand(words: string[]): Promise<unknown>
}): Promise<void> {
  await client.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', '0', '16383'])
  while (!String(await client.sendCommand(['CLUSTER', 'INFO'])).includes('cluster_state:ok'))
    await new Promise(resolve => setTimeout(resolve, 20))
}

async function openLine(port: number, delayMilliseconds: readonly [number, number]) {
  let [least, most] = delayMilliseconds
  const recorded: string[] = []
  const sockets = new Set<Socket>()
  let state: 'good' | 'hang' | 'cut' = 'good'

  const pass = (from: Socket, to: Socket): void => {
    const index = recorded.push('') - 1
    let turn = Promise.resolve()
    from
      .on('data', (bytes: Buffer) => {
        recorded[index] = `${recorded[index] ?? ''}${bytes.toString('utf8')}`
        const wait = new Promise(resolve =>
          setTimeout(resolve, least + Math.random() * (most - least)),
        )
        turn = turn
          .then(() => wait)
          .then(() => {
            if (state === 'good' && !to.destroyed) to.write(bytes)
          })
      })
      .on('close', () => to.destroy())
      .on('error', () => to.destroy())
  }
  const server: Server = createServer({ noDelay: true }, near => {
    if (state === 'cut') {
      near.destroy()
      return
    }
    const far = connect({ port, host: '127.0.0.1', noDelay: true })
    for (const socket of [near, far])
      sockets.add(
        socket.on('close', () => {
          sockets.delete(socket)
        }),
      )
    pass(near, far)
    pass(far, near)
  })
  const listening = await listen(server)
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: listening.port,
    recorded,
    fault: (kind: 'good' | 'hang' | 'cut'): void => {
      state = kind
      if (kind === 'cut') cut()
    },
    setDelay: (delay: readonly [number, number]): void => {
      ;[least, most] = delay
    },
    close: () =>
      new Promise(resolve => {
        server.close(resolve)
        cut()
      }),
  }
}
