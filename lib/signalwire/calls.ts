import type { ResolvedOptions } from '../resolve-options.js'
import { CallStates, type DeliveryState } from './call-states.js'
import type { Connect } from './client.js'
import { HttpError } from './http.js'

/** The phone calls of one Space. @internal */
export interface Calls {
  /**
   * Places a call and returns its SID. Never tried again after an error, because the phone may be
   * ringing. Pass what it throws only to `toDeliveryError`: it may hold credentials.
   */
  place(call: {
    /** E.164. */
    readonly to: string
    /** Digits to dial after the call is answered. */
    readonly extension?: string | undefined
    /** The webhook that SignalWire requests when the call is answered. */
    readonly url: string
  }): Promise<string>
  /** The state of a call: see {@link CallStates.get}. */
  state(sid: string): Promise<DeliveryState | undefined>
  /** When the call was last seen in the queue, in milliseconds since 1970. */
  queuedUntil(sid: string): number | undefined
  /**
   * Cancels a call that has not been answered. Rejects if it is too late for that, with an error
   * that must not be shown or logged: it may hold credentials.
   */
  cancel(sid: string): Promise<void>
  /** The state of a call, at most a second old: see {@link CallStates.getFresh}. */
  freshState(sid: string): Promise<DeliveryState | undefined>
  /** Records that a phone rings: see {@link CallStates.noticeRing}. */
  noticeRing(sid: string): boolean
}

/** Waits two seconds, half a second for each `w`: the line must be open before the extension. */
const waitBeforeExtension = 'wwww'

/** Creates what places and follows the calls of one Space. @internal */
export function createCalls(
  {
    signalwire,
    ringSeconds,
    machineDetection,
  }: Pick<ResolvedOptions<unknown>, 'signalwire' | 'ringSeconds' | 'machineDetection'>,
  connect: Connect,
  now: () => number,
): Calls {
  const states = new CallStates(connect, now)
  return {
    async place({ to, extension, url }) {
      const client = await connect()
      const call = await client.calls.create({
        to,
        from: signalwire.from,
        url,
        method: 'POST',
        timeout: ringSeconds,
        ...(extension === undefined ? {} : { sendDigits: waitBeforeExtension + extension }),
        ...(machineDetection ? { machineDetection: 'Enable' } : {}),
      })
      return checkSid(call.sid)
    },
    state: sid => states.get(sid),
    queuedUntil: sid => states.queuedUntil(sid),
    async cancel(sid) {
      const client = await connect()
      await client.calls(sid).update({ status: 'canceled' })
    },
    freshState: sid => states.getFresh(sid),
    noticeRing: sid => states.noticeRing(sid),
  }
}

/**
 * Throws if the response holds no SID. After such a response, nobody knows whether the call was
 * placed.
 * @internal
 */
export function checkSid(sid: unknown): string {
  if (typeof sid !== 'string' || !/^[\w-]{1,64}$/.test(sid)) throw new HttpError('garbage')
  return sid
}
