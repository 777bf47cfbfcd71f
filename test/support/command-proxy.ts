// A line to a Redis that counts the commands of its clients, and how often they wait for replies.
import { connect, createServer } from 'node:net'
import { listen } from './listen.js'

/** What clients sent since the last time somebody asked. */
export interface CommandCount {
  /** The commands that are not about the connection. */
  readonly commands: number
  /** How often a client waited: commands that were sent before a reply are one wait. */
  readonly waits: number
  /** The waits that began or ended while a client of `beside` waited too. */
  readonly besideWaits: number
}

/** A delay, so that commands which are sent together arrive before the first reply. */
const delayMilliseconds = 8
const aboutConnection = new Set(['HELLO', 'CLIENT', 'AUTH', 'SELECT', 'PING', 'INFO', 'CLUSTER'])

/** Opens a line to the Redis on `port`. */
export async function openCommandProxy(port: number) {
  let commands = 0
  /** Times at which a wait began and ended. */
  let waits: { readonly from: number; to: number }[] = []

  const server = createServer({ noDelay: true }, near => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true })
    let rest: Buffer = Buffer.alloc(0)
    near.on('data', bytes => {
      const parsed = readCommands(Buffer.concat([rest, bytes]))
      rest = parsed.rest
      const counted = parsed.names.filter(name => !aboutConnection.has(name))
      commands += counted.length
      const last = waits.at(-1)
      if (counted.length > 0 && (last === undefined || last.to !== Infinity))
        waits.push({ from: performance.now(), to: Infinity })
      far.write(bytes)
    })
    far.on('data', bytes => {
      setTimeout(() => {
        const last = waits.at(-1)
        if (last !== undefined) last.to = Math.min(last.to, performance.now())
        if (!near.destroyed) near.write(bytes)
      }, delayMilliseconds)
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('close', () => other.destroy()).on('error', () => other.destroy())
  })
  const { port: own } = await listen(server)

  return {
    url: `redis://127.0.0.1:${own}`,
    /** What was counted since the last time. The other line is for another client of the app. */
    take(beside?: { readonly waits: readonly { readonly from: number; readonly to: number }[] }) {
      const others = beside?.waits ?? []
      const isBeside = ({ from, to }: { readonly from: number; readonly to: number }): boolean =>
        others.some(other => other.from < to && from < other.to)
      const besideWaits = waits.filter(isBeside).length
      const taken = { commands, waits: waits.length - besideWaits, besideWaits }
      commands = 0
      waits = []
      return taken satisfies CommandCount
    },
    get waits() {
      return waits
    },
    /** Resolves when nobody waits: a request may leave something to do behind. */
    async idle(): Promise<void> {
      do await new Promise(resolve => setTimeout(resolve, 3 * delayMilliseconds))
      while (waits.at(-1)?.to === Infinity)
    },
    close: () =>
      new Promise(resolve => {
        server.close(resolve)
      }),
  }
}

/** The names of the complete commands, and the bytes of the last one, if it is not complete. */
function readCommands(bytes: Buffer): { readonly names: readonly string[]; readonly rest: Buffer } {
  const names: string[] = []
  let start = 0
  for (;;) {
    let position = start
    const readNumber = (): number | undefined => {
      const end = bytes.indexOf('\r\n', position)
      if (end === -1) return undefined
      const number = Number(bytes.subarray(position + 1, end).toString())
      position = end + 2
      return number
    }
    const words = readNumber()
    let name: string | undefined
    let isComplete = words !== undefined
    for (let word = 0; isComplete && word < (words ?? 0); word++) {
      const length = readNumber()
      if (length === undefined || position + length + 2 > bytes.length) isComplete = false
      else {
        name ??= bytes
          .subarray(position, position + length)
          .toString()
          .toUpperCase()
        position += length + 2
      }
    }
    if (!isComplete || name === undefined) return { names, rest: bytes.subarray(start) }
    names.push(name)
    start = position
  }
}
