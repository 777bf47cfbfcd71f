// npm run test:soak [-- --logins 20000]: heap and open handles of an app before and after many
// logins, each with a call. Loopback only.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Simulator } from 'passport-voice-otp/simulator'

interface Reading {
  readonly heapMegabytes: number
  readonly handles: number
}

const { values } = parseArgs({ options: { logins: { type: 'string', default: '20000' } } })
const logins = Number(values.logins)
const parallel = 20
const roundLogins = 500

const readOf = async (child: ChildProcess): Promise<Reading> => {
  child.send('read')
  return ((await once(child, 'message')) as [Reading])[0]
}

/** A login from password to logout; the simulator's phone is answered as a person would. */
async function logIn(url: string, simulator: Simulator, person: string): Promise<void> {
  let cookie = ''
  const post = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Cookie: cookie },
      body: JSON.stringify(body),
    })
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
    if (!response.ok) throw new Error(`${path} answered ${response.status}`)
    return response.json()
  }
  await post('/login', { username: person, password: 'x' })
  const { matchingDigits } = (await post('/otp/call', {})) as { matchingDigits: string }
  const { sid } = await simulator.waitFor(
    call => call.to.endsWith(person) && call.status === 'ringing',
  )
  await simulator.answer(sid)
  await simulator.idle(sid)
  await simulator.press(sid, matchingDigits)
  await simulator.idle(sid)
  const code = simulator
    .call(sid)
    ?.heard.find(text => /^(\d, ){5}\d$/.test(text))
    ?.replaceAll(', ', '')
  await simulator.hangUp(sid)
  await post('/otp', { code })
  await post('/logout', {})
}

// The simulator remembers every call, so each round has a new one; the app's Space address stays,
// as its port does.
let simulator = await Simulator.start()
const { project, token, space } = simulator.signalwire
const { signingKey } = simulator.signalwire
const spacePort = Number(new URL(space).port)
const child = fork(
  fileURLToPath(new URL('app.ts', import.meta.url)),
  [space, signingKey, project, token],
  { execArgv: ['--import', 'tsx', '--expose-gc'] },
)
const [{ port }] = (await once(child, 'message')) as [{ port: number }]
const url = `http://127.0.0.1:${port}`

let before: Reading | undefined
for (let done = 0; done < logins; done += roundLogins) {
  await Promise.all(
    Array.from({ length: parallel }, async (_, lane) => {
      for (let index = lane; index < roundLogins; index += parallel)
        await logIn(url, simulator, String(2000 + ((done + index) % 8000)))
    }),
  )
  await simulator.stop()
  simulator = await Simulator.start({ port: spacePort, project, token, signingKey })
  const reading = await readOf(child)
  if (done === roundLogins) before = reading
  console.log(
    `${done + roundLogins} logins: ${reading.heapMegabytes.toFixed(1)} MB heap, ${reading.handles} handles`,
  )
}
// Codes live a minute here, counts of attempts a minute more: then nothing of the logins may be
// left.
await new Promise(resolve => {
  setTimeout(resolve, Number(process.env['QUIET_MS'] ?? 125_000))
})
const after = await readOf(child)
await simulator.stop()
child.send('close')
const [status] = await Promise.race([
  once(child, 'exit') as Promise<[number]>,
  new Promise<['hangs']>(resolve => {
    setTimeout(resolve, 10_000, ['hangs']).unref()
  }),
])
console.log(
  `after ${logins} logins and two quiet minutes: ${after.heapMegabytes.toFixed(1)} MB heap (${(after.heapMegabytes - (before?.heapMegabytes ?? 0)).toFixed(1)} more than after ${2 * roundLogins}), ${after.handles} handles; the process ended by itself: ${String(status)}`,
)
const grew = before !== undefined && after.heapMegabytes > before.heapMegabytes + 5
if (status !== 0 || grew || after.handles > (before?.handles ?? after.handles)) {
  if (status === ('hangs' as never)) child.kill()
  process.exit(1)
}
