import type { ResolvedOptions } from '../resolve-options.js'
import type { Connect } from './client.js'
import { HttpError } from './http.js'

/**
 * States of a delivery: those of a call as SignalWire names them, our `answered` for its
 * `in-progress`; `sent` for a text.
 */
export type DeliveryState =
  | 'queued'
  | 'ringing'
  | 'answered'
  | 'completed'
  | 'busy'
  | 'no-answer'
  | 'failed'
  | 'canceled'
  | 'sent'

const states: Readonly<Record<string, DeliveryState>> = {
  queued: 'queued',
  initiated: 'queued',
  ringing: 'ringing',
  'in-progress': 'answered',
  completed: 'completed',
  busy: 'busy',
  'no-answer': 'no-answer',
  failed: 'failed',
  canceled: 'canceled',
}

/** The telephone calls of one Space. @internal */
export interface Calls {
  /**
   * Places a call; answers its SID. Throws whatever went wrong, to be read by `deliveryTrouble`
   * alone. Never retried: it may be ringing.
   */
  place(call: {
    readonly to: string
    readonly extension?: string | undefined
    readonly url: string
  }): Promise<string>
  /**
   * The state of a call: asked at most once a second, else, or if SignalWire cannot say, the last
   * that is known.
   */
  state(sid: string): Promise<DeliveryState | undefined>
  /**
   * Asks SignalWire although a page has just done so; once a second too, since a flood of requests
   * must not become one of ours.
   */
  freshState(sid: string): Promise<DeliveryState | undefined>
}

interface Known {
  readonly state: DeliveryState | undefined
  readonly askedAt: number
  readonly asking?: Promise<DeliveryState | undefined>
  /** When {@link Calls.freshState} asked last. */
  readonly checkedAt?: number
}

const rememberedCalls = 10_000
/** Half a second each: whoever answers has to be through before the extension is dialled. */
const pausesBeforeExtension = 'wwww'

/** @internal */
export function createCalls(
  {
    signalwire,
    ringSeconds,
    machineDetection,
  }: Pick<ResolvedOptions<unknown>, 'signalwire' | 'ringSeconds' | 'machineDetection'>,
  connect: Connect,
  now: () => number,
): Calls {
  const known = new Map<string, Known>()

  async function ask(sid: string): Promise<DeliveryState | undefined> {
    try {
      const { status } = await (await connect()).calls(sid).fetch()
      return typeof status === 'string' && Object.hasOwn(states, status)
        ? states[status]
        : undefined
    } catch {
      return undefined // the page goes on with what it knows
    }
  }

  function remember(sid: string, entry: Known): void {
    known.delete(sid)
    known.set(sid, entry)
    /* v8 ignore next -- it has a first key */
    if (known.size > rememberedCalls) known.delete(known.keys().next().value ?? '')
  }

  return {
    async place({ to, extension, url }) {
      const call = await (
        await connect()
      ).calls.create({
        to,
        from: signalwire.from,
        url,
        method: 'POST',
        timeout: ringSeconds,
        ...(extension === undefined ? {} : { sendDigits: pausesBeforeExtension + extension }),
        ...(machineDetection ? { machineDetection: 'Enable' } : {}),
      })
      return checkedSid(call.sid)
    },

    async state(sid) {
      const last = known.get(sid)
      if (last?.asking !== undefined) return last.asking
      if (last !== undefined && (isOver(last.state) || now() - last.askedAt < 1000))
        return last.state
      const asking = ask(sid).then(answer => {
        const state = answer ?? last?.state
        remember(sid, { state, askedAt: now(), checkedAt: known.get(sid)?.checkedAt })
        return state
      })
      remember(sid, { ...last, state: last?.state, askedAt: now(), asking })
      return asking
    },

    async freshState(sid) {
      const last = known.get(sid)
      if (isOver(last?.state) || (last?.checkedAt !== undefined && now() - last.checkedAt < 1000))
        return last?.state
      remember(sid, {
        ...last,
        state: last?.state,
        askedAt: last?.askedAt ?? now(),
        checkedAt: now(),
      })
      const state = (await ask(sid)) ?? last?.state
      remember(sid, { state, askedAt: now(), checkedAt: now() })
      return state
    },
  }
}

/** An answer without a SID is not one of a placed call, though it may be ringing. @internal */
export function checkedSid(sid: unknown): string {
  if (typeof sid !== 'string' || !/^[\w-]{1,64}$/.test(sid)) throw new HttpError('garbage')
  return sid
}

/** Whether a call will not change any more. @internal */
export const isOver = (state: DeliveryState | undefined): boolean =>
  state !== undefined && !['queued', 'ringing', 'answered'].includes(state)

/** Whether a call ended without reaching anybody. @internal */
export const reachedNobody = (state: DeliveryState | undefined): boolean =>
  state === 'busy' || state === 'no-answer' || state === 'failed'
