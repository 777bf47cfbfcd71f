import type { Network } from '../network/network.js'
import type { SentWebhook } from '../types/call.js'
import { followRedirects } from './redirects.js'
import { type Address, type Fields, prepareWebhook } from './webhook.js'
import { WebhookLog } from './webhook-log.js'

/** Real time before each of the three attempts. With the manual clock there is none. */
const delayMilliseconds = [0, 1000, 3000]

/**
 * The status callbacks of one call or message. They are sent one after the other, each up to three
 * times. A failure has no effect on the call. Source: SignalWire, "Common webhook errors"; the
 * delays are the simulator's choice.
 * @internal
 */
export class StatusCallbacks {
  private readonly log: WebhookLog
  private readonly held: (() => Promise<void>)[] = []
  private queue = Promise.resolve()

  constructor(
    private readonly network: Network,
    private readonly sid: string,
    changed: () => void,
  ) {
    this.log = new WebhookLog(network.ended.signal, changed)
  }

  /**
   * Sends a status callback. With the fault `reverse` they wait for the last one, and are then sent
   * last first.
   */
  send(address: Address, fields: Fields, isLast: boolean): void {
    const { drop = false, reverse = false } = this.network.faults.statusCallbacks ?? {}
    if (!drop) {
      const deliver = () => this.deliver(address, fields)
      if (reverse) this.held.push(deliver)
      else this.enqueue(deliver)
    }
    if (isLast)
      this.held
        .splice(0)
        .reverse()
        .forEach(each => this.enqueue(each))
  }

  /** All attempts, in order. */
  snapshot(): readonly SentWebhook[] {
    return this.log.snapshot()
  }

  private enqueue(deliver: () => Promise<void>): void {
    const { activity } = this.network
    activity.enter(this.sid)
    this.queue = this.queue.then(deliver).finally(() => {
      activity.leave(this.sid)
    })
  }

  private async deliver(address: Address, fields: Fields): Promise<void> {
    const { clock, ended } = this.network
    for (const milliseconds of delayMilliseconds) {
      if (ended.signal.aborted) return
      if (milliseconds > 0 && !clock.isManual) await this.network.realDelay(milliseconds)
      if (await this.isDelivered(address, fields)) return
    }
  }

  private async isDelivered(address: Address, fields: Fields): Promise<boolean> {
    const { signingKey } = this.network.identity
    try {
      const { status } = await followRedirects(address, fields, (to, sent) =>
        this.log.send(prepareWebhook(to, sent, signingKey)),
      )
      return status >= 200 && status < 300
    } catch {
      return false
    }
  }
}
