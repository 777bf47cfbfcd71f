// Stores that are slow, fail or hang at a chosen operation.
import { MemoryStore, type SessionData } from 'express-session'
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js'
import type {
  LimiterCount,
  Limiter,
  LimiterFactory,
  LimiterOptions,
} from '../../lib/options/limiter.js'

export type Fault = 'throws' | 'rejects' | 'hangs' | 'nonsense' | 'hangs after the work'
type SessionOperation = 'get' | 'set' | 'destroy' | 'touch'
type Callback = (error?: unknown, data?: SessionData | null) => void

const between = (least: number, most: number): number =>
  least +
  Math.floor(
    (most - least) * ((between.turn = (between.turn * 16_807) % 2_147_483_647) / 2_147_483_647),
  )
between.turn = 4711

/** A MemoryStore that responds after a delay, as a real one does: without delay, races hide. */
export class SessionStore extends MemoryStore {
  faults: Partial<Record<SessionOperation, Fault>> = {}
  /** Every session that the app ever wrote, as JSON, deleted ones included. */
  readonly written: string[] = []
  /** Every operation so far. */
  readonly operations: SessionOperation[] = []
  private noteHang: () => void = () => undefined

  constructor(
    private readonly least = 0,
    private readonly most = least,
  ) {
    super()
  }

  /** Resolves as soon as a request waits for a response that never comes. */
  nextHang(): Promise<void> {
    return new Promise(resolve => {
      this.noteHang = resolve
    })
  }

  override get = (sid: string, done: Callback): void => {
    this.run('get', done, callback => {
      super.get(sid, callback)
    })
  }
  override set = (sid: string, data: SessionData, done: Callback = () => undefined): void => {
    // A real store takes the data as they are now, not as they will be.
    const text = JSON.stringify(data)
    const copy = JSON.parse(text) as SessionData
    this.written.push(`${sid} ${text}`)
    this.run('set', done, callback => {
      super.set(sid, copy, callback)
    })
  }
  override destroy = (sid: string, done: Callback = () => undefined): void => {
    this.run('destroy', done, callback => {
      super.destroy(sid, callback)
    })
  }
  override touch = (sid: string, data: SessionData, done: Callback = () => undefined): void => {
    this.run('touch', done, callback => {
      super.touch(sid, data, callback)
    })
  }

  /** All stored sessions. */
  dump(): string {
    return JSON.stringify(this.atRest)
  }

  /**
   * The stored sessions by id, as JSON. A test changes them here like an attacker who can write.
   */
  get atRest(): Record<string, string> {
    return (this as unknown as { readonly sessions: Record<string, string> }).sessions
  }

  private run(operation: SessionOperation, done: Callback, work: (done: Callback) => void): void {
    this.operations.push(operation)
    const fault = this.faults[operation]
    if (fault === 'throws') throw new Error('the store threw')
    if (fault === 'hangs') {
      this.noteHang()
      return
    }
    if (fault === 'rejects') {
      setImmediate(done, new Error('the store failed'))
      return
    }
    if (fault === 'hangs after the work') {
      work(() => {
        this.noteHang()
      })
      return
    }
    if (this.most === 0) work(done)
    else
      setTimeout(
        () => {
          work(done)
        },
        between(this.least, this.most),
      )
  }
}

type CounterOperation = 'consume' | 'reward' | 'get' | 'set' | 'delete'

/** What RateLimiterMemory keeps for each key. */
interface MemoryRecord {
  readonly timeoutId: NodeJS.Timeout | null
}
type Memory = InstanceType<typeof RateLimiterMemory> & {
  readonly _memoryStorage: { readonly _storage: ReadonlyMap<string, MemoryRecord> }
}

/**
 * A memory limiter whose windows end by the date alone, which a test moves. RateLimiterMemory also
 * ends them by timers: on a slow machine, a minute of real time can pass while the fake date stands
 * still.
 */
export class TimelessLimiter implements Limiter {
  private readonly limiter: Memory

  constructor(options: LimiterOptions) {
    this.limiter = new RateLimiterMemory(options) as Memory
  }

  consume(key: string, points?: number): Promise<LimiterCount> {
    return this.untimed(key, this.limiter.consume(key, points))
  }

  reward(key: string, points?: number): Promise<LimiterCount> {
    return this.untimed(key, this.limiter.reward(key, points))
  }

  set(key: string, points: number, seconds: number): Promise<LimiterCount> {
    return this.untimed(key, this.limiter.set(key, points, seconds))
  }

  async get(key: string): Promise<LimiterCount | null> {
    const count = await this.limiter.get(key)
    return count !== null && count.msBeforeNext <= 0 && count.msBeforeNext !== -1 ? null : count
  }

  delete(key: string): Promise<boolean> {
    return this.limiter.delete(key)
  }

  dump() {
    return this.limiter.dump()
  }

  private untimed<T>(key: string, done: Promise<T>): Promise<T> {
    const record = this.limiter._memoryStorage._storage.get(this.limiter.getKey(key))
    clearTimeout(record?.timeoutId ?? undefined)
    return done
  }
}

const nameOf = ({ keyPrefix }: LimiterOptions): string => keyPrefix.replace('voice-otp:', '')

/** Limiters in memory that respond after 2 to 25 ms, and fail as they are told. */
export class CounterStore {
  /** By operation, or by counter and operation: `uses.consume`. */
  faults: Record<string, Fault> = {}
  /** Every operation so far, as `uses.consume`. */
  readonly operations: string[] = []
  /** Every name and value that was ever written, deleted ones included. */
  readonly written: string[] = []
  private readonly limiters: TimelessLimiter[] = []
  private readonly names: string[] = []
  private readonly before = new Map<string, () => Promise<void>>()

  /** Milliseconds that each operation takes, `[least, most]`. */
  delay: readonly [number, number]

  constructor(least = 2, most = 25) {
    this.delay = [least, most]
  }

  readonly factory: LimiterFactory = options => {
    const limiter = new TimelessLimiter(options)
    this.limiters.push(limiter)
    this.names.push(nameOf(options))
    return {
      consume: (key, points) =>
        this.run(options, 'consume', [key, points], () => limiter.consume(key, points)),
      reward: (key, points) =>
        this.run(options, 'reward', [key, points], () => limiter.reward(key, points)),
      get: key => this.run(options, 'get', [key], () => limiter.get(key)),
      set: (key, points, seconds) =>
        this.run(options, 'set', [key, points, seconds], () => limiter.set(key, points, seconds)),
      delete: key => this.run(options, 'delete', [key], () => limiter.delete(key)),
    } satisfies Limiter
  }

  /** Runs `work` before the next such operation, for example `uses.consume`. */
  delayNext(operation: string, work: () => Promise<void>): void {
    this.before.set(operation, work)
  }

  dump(): string {
    return JSON.stringify(this.limiters.map(limiter => limiter.dump()))
  }

  /** The counts of one limit, for example `failures`, as they are at rest. */
  countsOf(name: string): number[] {
    const { storage = [] } = this.limiters[this.names.indexOf(name)]?.dump() ?? {}
    return storage.map(({ value }) => value)
  }

  /** What a flush of the store does. */
  flush(): void {
    for (const limiter of this.limiters)
      for (const { key } of limiter.dump().storage) void limiter.delete(String(key))
  }

  private async run<T>(
    options: LimiterOptions,
    operation: CounterOperation,
    given: readonly unknown[],
    operate: () => Promise<T>,
  ): Promise<T> {
    const name = `${nameOf(options)}.${operation}`
    this.operations.push(name)
    this.written.push(`${name} ${JSON.stringify(given)}`)
    const fault = this.faults[name] ?? this.faults[operation]
    const work = this.before.get(name)
    this.before.delete(name)
    await work?.()
    if (this.delay[1] > 0) await new Promise(resolve => setTimeout(resolve, between(...this.delay)))
    if (fault === 'throws' || fault === 'rejects') throw new Error('the counter failed')
    if (fault === 'hangs') return new Promise<T>(() => undefined)
    if (fault === 'nonsense') return { consumedPoints: NaN, msBeforeNext: 'soon' } as never
    const result = operate()
    if (fault === 'hangs after the work') return new Promise<T>(() => undefined)
    // Delays the response too, so that the value may be outdated when it arrives.
    if (this.delay[1] > 0) {
      await result.catch(() => undefined)
      await new Promise(resolve => setTimeout(resolve, between(...this.delay)))
    }
    return result
  }
}
