// A Redis of our own on a free port, without files.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** What the runner takes for "skipped". */
const skipped = 77

export async function startRedis() {
  if (spawnSync('redis-server', ['--version']).error) {
    console.log('redis-server is not on this machine: apt-get install redis-server')
    process.exit(skipped)
  }
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  await new Promise(done => probe.close(done))

  const server = spawn(
    'redis-server',
    ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  process.on('exit', () => server.kill())
  for await (const line of server.stdout)
    if (String(line).includes('Ready to accept connections')) break
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: () =>
      new Promise(done => {
        server.once('exit', done)
        server.kill()
      }),
  }
}
