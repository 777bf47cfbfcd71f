import type { Connect } from './client.js'

/**
 * States of a delivery. For a call: SignalWire's own words, but `answered` for its `in-progress`.
 * For a text message: `sent`.
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

/** By SignalWire's `status`. Source: SignalWire, "Retrieve a Call" of the Compatibility API. */
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

/** Whether the state of a call is final. @internal */
export const isOver = (state: DeliveryState | undefined): boolean =>
  state !== undefined && !['queued', 'ringing', 'answered'].includes(state)

/** Whether a call ended without reaching anybody. @internal */
export const reachedNobody = (state: DeliveryState | undefined): boolean =>
  state === 'busy' || state === 'no-answer' || state === 'failed'

interface KnownState {
  readonly state: DeliveryState | undefined
  /** Milliseconds since 1970. */
  readonly askedAt: number
  /** The request that was sent and has no response yet. */
  readonly asking?: Promise<DeliveryState | undefined>
  /** When {@link CallStates.getFresh} last asked SignalWire, in milliseconds since 1970. */
  readonly checkedAt?: number | undefined
  /** When the call was last seen in the queue, in milliseconds since 1970. */
  readonly queuedUntil?: number
}

const maxKnownCalls = 10_000
const minIntervalMilliseconds = 1000

/**
 * The states of calls, as SignalWire's REST API reports them. Remembers the newest 10,000. Asks
 * SignalWire at most once a second for each call, however often the page asks.
 * @internal
 */
export class CallStates {
  private readonly known = new Map<string, KnownState>()
  private readonly rung = new Set<string>()

  constructor(
    private readonly connect: Connect,
    private readonly now: () => number,
  ) {}

  /** The state of a call, or the last known one if SignalWire does not respond. */
  async get(sid: string): Promise<DeliveryState | undefined> {
    const last = this.known.get(sid)
    if (last?.asking !== undefined) return last.asking
    if (last !== undefined && (isOver(last.state) || this.isRecent(last.askedAt))) return last.state
    const asking = this.ask(sid).then(reported => {
      const state = reported ?? last?.state
      const checkedAt = this.known.get(sid)?.checkedAt
      this.remember(sid, { state, askedAt: this.now(), checkedAt })
      return state
    })
    this.remember(sid, { ...last, state: last?.state, askedAt: this.now(), asking })
    return asking
  }

  /**
   * The state of a call, or the last known one if SignalWire does not respond. Asks SignalWire
   * even if {@link get} has just asked, but not twice in a second.
   */
  async getFresh(sid: string): Promise<DeliveryState | undefined> {
    const last = this.known.get(sid)
    if (isOver(last?.state) || this.isRecent(last?.checkedAt)) return last?.state
    const checkedAt = this.now()
    this.remember(sid, {
      ...last,
      state: last?.state,
      askedAt: last?.askedAt ?? checkedAt,
      checkedAt,
    })
    const state = (await this.ask(sid)) ?? last?.state
    this.remember(sid, { state, askedAt: this.now(), checkedAt: this.now() })
    return state
  }

  /** When a call was last seen in the queue, in milliseconds since 1970. */
  queuedUntil(sid: string): number | undefined {
    return this.known.get(sid)?.queuedUntil
  }

  /** Records that a phone rings. Returns whether this process did not know it yet. */
  noticeRing(sid: string): boolean {
    if (this.rung.has(sid)) return false
    this.rung.add(sid)
    const [oldest = sid] = this.rung
    if (this.rung.size > maxKnownCalls) this.rung.delete(oldest)
    return true
  }

  private isRecent(time: number | undefined): boolean {
    return time !== undefined && this.now() - time < minIntervalMilliseconds
  }

  private async ask(sid: string): Promise<DeliveryState | undefined> {
    const askedAt = this.now()
    try {
      const { status } = await (await this.connect()).calls(sid).fetch()
      const state =
        typeof status === 'string' && Object.hasOwn(states, status) ? states[status] : undefined
      const known = this.known.get(sid)
      if (state === 'queued' && known !== undefined)
        this.known.set(sid, { ...known, queuedUntil: askedAt })
      return state
    } catch {
      return undefined // the page shows the last known state
    }
  }

  /** Remembers a state as the newest one, and forgets the oldest if there are too many. */
  private remember(sid: string, entry: KnownState): void {
    const queuedUntil = this.known.get(sid)?.queuedUntil
    this.known.delete(sid)
    this.known.set(sid, queuedUntil === undefined ? entry : { ...entry, queuedUntil })
    /* v8 ignore next -- a map of this size has a first key */
    if (this.known.size > maxKnownCalls) this.known.delete(this.known.keys().next().value ?? '')
  }
}
