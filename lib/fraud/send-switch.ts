import type { Keys } from '../crypto.js'
import { VoiceOtpError } from '../errors.js'
import type { LimitCounter } from '../limits/limit-counter.js'
import { appKey } from '../limits/store-keys.js'

/**
 * The switch that stops all sends of all processes. Every method throws a `VoiceOtpError`
 * (`limiter-unavailable`) if the limiter fails.
 * @internal
 */
export class SendSwitch {
  private readonly key: string

  constructor(
    private readonly counter: LimitCounter,
    keys: Keys,
  ) {
    this.key = appKey(keys, 'sends-stopped')
  }

  /** Stops all sends until {@link resume}. */
  async stop(): Promise<void> {
    await this.counter.set(this.key, 1, 0)
  }

  /** Allows sends again. */
  async resume(): Promise<void> {
    await this.counter.delete(this.key)
  }

  /** Whether sends are stopped. */
  async isStopped(): Promise<boolean> {
    return (await this.counter.get(this.key)) !== undefined
  }

  /** Throws a `VoiceOtpError` (`sends-stopped`) while sends are stopped. */
  async refuseStopped(): Promise<void> {
    if (await this.isStopped()) throw new VoiceOtpError('sends-stopped')
  }
}
