// The engines themselves, on loopback, each with its data in a temporary folder: they survive a
// kill as they do in production.
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createTable } from '../recipes/postgres.js'
import { freePort } from '../support/listen.js'
import { type Program, startProgram } from '../support/program.js'

/** A running engine. */
export interface EngineServer {
  readonly version: string
  /** For the app. */
  readonly url: string
  /** Ends the engine, or one node of several, as a crash does. */
  readonly kill: () => Promise<void>
  /** Starts again what `kill` ended, with the same data. */
  readonly restart: () => Promise<void>
  /** The engine, or one node of several, keeps its connections open and says nothing. */
  readonly hang: () => void
  /** Ends `hang`. */
  readonly resume: () => void
  readonly close: () => Promise<void>
}

/** One Redis. It writes each command to its file before it responds, so a kill loses nothing. */
async function startRedisNode(more: readonly string[] = []) {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'voice-otp-redis-'))
  const command =
    `redis-server --port ${port} --bind 127.0.0.1 --save --dir ${folder} ` +
    '--appendonly yes --appendfsync no --maxmemory-policy noeviction'
  const start = async (): Promise<Program> => {
    const program = startProgram('', { command: [...command.split(' '), ...more] })
    await program.until(/Ready to accept connections/)
    return program
  }
  let program = await start()
  return {
    version: versionIn('redis-server'),
    port,
    url: `redis://127.0.0.1:${port}`,
    kill: () => program.kill(),
    restart: async () => {
      program = await start()
    },
    hang: () => {
      program.signal('SIGSTOP')
    },
    resume: () => {
      program.signal('SIGCONT')
    },
    close: async () => {
      await program.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const startRedis = (): Promise<EngineServer> => startRedisNode()

/** Three masters without replicas. Kill, hang and the others mean the second one. */
export async function startCluster(): Promise<EngineServer> {
  const nodes = await Promise.all(
    [1, 2, 3].map(async () =>
      startRedisNode([
        ...['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())],
        // The other nodes serve their own slots while one is away.
        ...['--cluster-require-full-coverage', 'no', '--cluster-node-timeout', '1000'],
      ]),
    ),
  )
  const [first, second] = nodes
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`)
  execFileSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'])
  const info = () =>
    execFileSync('redis-cli', ['-p', String(first!.port), 'cluster', 'info'], { encoding: 'utf8' })
  while (!info().includes('cluster_state:ok')) await setTimeout(100)
  return {
    ...second!,
    url: nodes.map(({ url }) => url).join(','),
    close: async () => {
      await Promise.all(nodes.map(node => node.close()))
    },
  }
}

const versionIn = (program: string): string =>
  /\d+\.[\d.]+/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[0] ?? ''

/** The newest Postgres of Debian that is installed here. It refuses to run as root. */
export async function startPostgres(): Promise<EngineServer> {
  const bin = postgresFolder()
  if (bin === undefined) throw new Error(howToGetPostgres)
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'voice-otp-postgres-'))
  const isRoot = process.getuid?.() === 0
  const asUser = isRoot ? 'setpriv --reuid=postgres --regid=postgres --init-groups'.split(' ') : []
  if (isRoot) {
    const idOf = (flag: string) =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
    chownSync(folder, idOf('-u'), idOf('-g'))
    chmodSync(folder, 0o700)
  }
  const run = (...words: readonly string[]) => {
    const [program = '', ...rest] = [...asUser, ...words]
    execFileSync(program, rest, { cwd: '/', stdio: ['ignore', 'ignore', 'inherit'] })
  }
  run(`${bin}/initdb`, '-D', folder, '-U', 'acme', '-A', 'trust', '-E', 'UTF8', '--no-sync')

  const start = async (): Promise<Program> => {
    // Without fsync, a kill loses nothing either; only a power failure would.
    const settings = `-D ${folder} -p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off`
    const program = startProgram('', {
      command: [...asUser, `${bin}/postgres`, ...settings.split(' ')],
      cwd: '/',
    })
    await program.until(/ready to accept connections/)
    return program
  }
  let program = await start()
  const url = `postgresql://acme@127.0.0.1:${port}/postgres`
  const tables = fileURLToPath(new URL('node_modules/connect-pg-simple/table.sql', import.meta.url))
  run(`${bin}/psql`, '-q', '-c', createTable, '-f', tables, url)
  /** Each connection of Postgres is a process, in a group of its own. */
  const signal = (name: NodeJS.Signals): void => {
    const { pid } = program.child
    const connections = execFileSync('ps', ['-A', '-o', 'ppid=,pid='], { encoding: 'utf8' })
      .split('\n')
      .map(line => line.trim().split(/\s+/))
      .filter(([parent]) => parent === String(pid))
    program.signal(name)
    for (const [, connection] of connections) {
      try {
        process.kill(Number(connection), name)
      } catch {
        // It has ended.
      }
    }
  }
  const kill = async (): Promise<void> => {
    signal('SIGKILL')
    await program.ended
  }
  return {
    version: versionIn(`${bin}/postgres`),
    url,
    kill,
    restart: async () => {
      program = await start()
    },
    hang: () => {
      signal('SIGSTOP')
    },
    resume: () => {
      signal('SIGCONT')
    },
    close: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const howToGetPostgres = 'Postgres is not on this machine: apt-get install postgresql'

/** Where the programs of Postgres are. */
function postgresFolder(): string | undefined {
  const all = '/usr/lib/postgresql'
  const versions = existsSync(all) ? readdirSync(all) : []
  const [newest] = versions.toSorted((one, other) => Number(other) - Number(one))
  return newest === undefined ? undefined : `${all}/${newest}/bin`
}
