import type { Keys } from '../crypto.js'
import type { Limits } from '../options/limits.js'
import type { Counters } from './counters.js'
import { userKey } from './store-keys.js'

/** The last call of a session to a phone. @internal */
export interface LastCall {
  /** SignalWire's id of the call. */
  readonly callSid: string
  /** The number under which the limiter knows the challenge of the call. */
  readonly activation: number
}

/** Where a call was asked for, and which phone rings. @internal */
export interface CallPlace {
  readonly userId: string
  readonly sessionId: string
  /** The number with its extension. */
  readonly phone: string
}

/**
 * How many of the 32 hexadecimal digits of a UUID go into each piece. The limiter stores only
 * counts below 2^31, so it cannot hold a UUID in one count.
 */
const pieceLengths = [7, 7, 7, 7, 4] as const
const uuid = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/

/**
 * Remembers the last call of a session during the interval between two calls. The challenge in the
 * session names this call too, but parallel writes of the session can lose the challenge. The
 * limiter gets neither the number nor the code of the call. Every method throws a `VoiceOtpError`
 * (`limiter-unavailable`) if the limiter fails.
 * @internal
 */
export class LastCalls {
  constructor(
    private readonly counters: Counters,
    private readonly limits: Limits,
    private readonly keys: Keys,
  ) {}

  /** Remembers a call. Does nothing without an interval, or for an id that is not a UUID. */
  async remember(place: CallPlace, { callSid, activation }: LastCall): Promise<void> {
    const [, ...groups] = uuid.exec(callSid) ?? []
    if (this.limits.callIntervalSeconds === false || groups.length === 0) return
    const text = groups.join('')
    let start = 0
    const pieces = pieceLengths.map(
      // Plus 1, because for some stores 0 means "no count".
      length => parseInt(text.slice(start, (start += length)), 16) + 1,
    )
    await Promise.all(
      [activation, ...pieces].map((piece, index) =>
        this.counters.lastCall.set(this.key(place, index), piece),
      ),
    )
  }

  /** The last call to this phone, or `undefined` if none was made within the interval. */
  async find(place: CallPlace): Promise<LastCall | undefined> {
    const read = async (index: number): Promise<number> =>
      (await this.counters.lastCall.get(this.key(place, index)))?.consumedPoints ?? 0
    const readPiece = async (length: number, index: number): Promise<string> =>
      ((await read(index + 1)) - 1).toString(16).padStart(length, '0')
    const [activation, ...pieces] = await Promise.all([read(0), ...pieceLengths.map(readPiece)])
    const callSid = pieces.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    return uuid.test(callSid) ? { callSid, activation } : undefined
  }

  /** Records that a webhook of this call reads the code. */
  async noteReading(userId: string, callSid: string): Promise<void> {
    await this.counters.readings.set(this.callKey(userId, callSid), 1)
  }

  /** Whether a webhook of this call has read the code. */
  async wasRead(userId: string, callSid: string): Promise<boolean> {
    return (await this.counters.readings.get(this.callKey(userId, callSid))) !== undefined
  }

  private callKey(userId: string, callSid: string): string {
    return userKey(this.keys, userId, 'call', callSid)
  }

  private key({ userId, sessionId, phone }: CallPlace, index: number): string {
    return userKey(this.keys, userId, 'last-call', sessionId, phone, index)
  }
}
