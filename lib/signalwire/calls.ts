import type { RestClient } from '@signalwire/compatibility-api'
import type { Settings } from '../options.js'
import { createHttpClient, HttpTrouble } from './http.js'

/** Loads the vendor's client at its first use: 150 ms and 40 MB that a process without calls need not spend. */
export async function loadVendor(): Promise<typeof RestClient> {
  return (await import('@signalwire/compatibility-api')).RestClient
}

/** States of a call as SignalWire names them, our `answered` for its `in-progress`. */
export type CallState = 'queued' | 'ringing' | 'answered' | 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled'

const states: Readonly<Record<string, CallState>> = {
  queued: 'queued', initiated: 'queued', ringing: 'ringing', 'in-progress': 'answered', completed: 'completed',
  busy: 'busy', 'no-answer': 'no-answer', failed: 'failed', canceled: 'canceled',
}

/** The telephone calls of one Space. @internal */
export interface Calls {
  /** Places a call; answers its SID. Throws whatever went wrong, to be read by `callTrouble` alone. Never retried: it may be ringing. */
  place(call: { readonly to: string, readonly url: string, readonly ringSeconds: number }): Promise<string>
  /** The state of a call: asked at most once a second, else, or if SignalWire cannot say, the last that is known. */
  state(sid: string): Promise<CallState | undefined>
  /** Asks SignalWire now; `undefined` if it cannot say. */
  freshState(sid: string): Promise<CallState | undefined>
  /** Loads the client before the first call needs it. */
  warmUp(): Promise<void>
}

const rememberedCalls = 10_000

export function createCalls<User>({ signalwire }: Settings<User>, now: () => number): Calls {
  const { project, token, origin, from, maxPricePerMinute } = signalwire
  const known = new Map<string, { state: CallState | undefined, askedAt: number, asking?: Promise<CallState | undefined> }>()
  let client: Promise<InstanceType<typeof RestClient>> | undefined

  const connect = () => client ??= loadVendor().then(Client => new Client(project, token, {
    signalwireSpaceUrl: new URL(origin).host,
    httpClient: createHttpClient(origin, maxPricePerMinute === undefined ? {} : { MaxPricePerMinute: String(maxPricePerMinute) }),
    lazyLoading: true,
  }))

  async function ask(sid: string): Promise<CallState | undefined> {
    try {
      const { status } = await (await connect()).calls(sid).fetch()
      return typeof status === 'string' && Object.hasOwn(states, status) ? states[status] : undefined
    } catch {
      return undefined // the page goes on with what it knows
    }
  }

  function remember(sid: string, entry: { state: CallState | undefined, askedAt: number, asking?: Promise<CallState | undefined> }): void {
    known.delete(sid)
    known.set(sid, entry)
    if (known.size > rememberedCalls) known.delete(known.keys().next().value ?? '')
  }

  return {
    async place({ to, url, ringSeconds }) {
      const call = await (await connect()).calls.create({ to, from, url, method: 'POST', timeout: ringSeconds })
      // An answer without a SID is not one of a placed call, though it may be ringing.
      if (typeof call.sid !== 'string' || !/^[\w-]{1,64}$/.test(call.sid)) throw new HttpTrouble('garbage')
      return call.sid
    },

    async state(sid) {
      const last = known.get(sid)
      if (last?.asking !== undefined) return last.asking
      if (last !== undefined && (isOver(last.state) || now() - last.askedAt < 1000)) return last.state
      const asking = ask(sid).then(answer => {
        const state = answer ?? last?.state
        remember(sid, { state, askedAt: now() })
        return state
      })
      remember(sid, { state: last?.state, askedAt: now(), asking })
      return asking
    },

    freshState: ask,

    async warmUp() {
      await connect()
    },
  }
}

/** Whether a call will not change any more. */
export const isOver = (state: CallState | undefined): boolean => state !== undefined && !['queued', 'ringing', 'answered'].includes(state)

/** Whether a call ended without reaching anybody. */
export const reachedNobody = (state: CallState | undefined): boolean => state === 'busy' || state === 'no-answer' || state === 'failed'
