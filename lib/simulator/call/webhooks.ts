import type { Mutable } from '../types/records.js'
import { SimulatorError } from '../errors.js'
import { parseLaml, type Verb } from '../laml/parse.js'
import type { Address } from './order.js'
import type { Network } from '../network/network.js'
import type { SentWebhook } from '../types/call.js'
import type { Waits } from './waits.js'
import {
  checkAnswer,
  headersOf,
  prepareWebhook,
  sendWebhook,
  type Webhook,
} from '../http/send-webhook.js'

type Fields = Readonly<Record<string, string>>

const mostWebhooks = 100

/** Everything that the Space sends to the app during one call. @internal */
export class CallWebhooks {
  private readonly sent: Webhook[] = []
  private readonly entries: Mutable<SentWebhook>[] = []
  private callbacks = Promise.resolve()

  constructor(
    private readonly network: Network,
    private readonly sid: string,
    private readonly waits: Waits,
    private readonly changed: () => void,
  ) {}

  /** Asks the app what comes next; throws an Error that says why its answer is none. */
  async ask({ url, method }: Address, fields: Fields): Promise<readonly Verb[]> {
    const {
      clock,
      faults: { webhooks: fault = {} },
      identity,
    } = this.network
    const { delayMs = 0, drop = false, repeat = 0, signature } = fault
    if (this.sent.length >= mostWebhooks)
      throw new Error(`over ${mostWebhooks} webhooks in one call`)
    if (delayMs > 0)
      await this.waits.rest<undefined>(wake => clock.after(delayMs, () => wake(undefined)))
    const webhook = prepareWebhook(url, method, fields, identity.signingKey, signature)
    if (drop) {
      this.record(webhook)
      throw new Error(`the webhook ${url} was not sent: such a fault was asked for`)
    }
    const answer = await this.send(webhook).catch((error: unknown) => {
      throw new Error(`the webhook ${url} failed: ${(error as Error).message}`)
    })
    for (let left = repeat; left > 0; left--) await this.send(webhook).catch(() => undefined)
    try {
      checkAnswer(answer)
      return parseLaml(answer.body)
    } catch (error) {
      throw new Error(`the webhook ${url} was answered wrongly: ${(error as Error).message}`)
    }
  }

  /** Tells the app how the call goes. Failures change nothing: such callbacks may never come. */
  tell({ url, method }: Address, fields: Fields): void {
    const { activity, identity, ended } = this.network
    const webhook = prepareWebhook(url, method, fields, identity.signingKey, undefined)
    activity.enter(this.sid)
    this.callbacks = this.callbacks
      .then(() => sendWebhook(webhook, ended.signal))
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => {
        activity.leave(this.sid)
      })
  }

  /** Sends a webhook once more, exactly as it was. */
  async refetch(index: number): Promise<{ status: number; body: string }> {
    const webhook = this.sent[index]
    if (webhook === undefined)
      throw new SimulatorError(
        404,
        `the call has had ${this.sent.length} webhooks: there is no index ${index}`,
      )
    const { status, body } = await sendWebhook(webhook, this.network.ended.signal)
    return { status, body }
  }

  webhooks(): readonly SentWebhook[] {
    return this.entries.map(each => ({ ...each }))
  }

  private async send(webhook: Webhook): ReturnType<typeof sendWebhook> {
    const entry = this.record(webhook)
    const answer = await sendWebhook(webhook, this.network.ended.signal)
    Object.assign(entry, { status: answer.status, body: answer.body })
    this.changed()
    return answer
  }

  private record(webhook: Webhook): Mutable<SentWebhook> {
    const entry: Mutable<SentWebhook> = {
      url: webhook.url,
      status: 0,
      body: '',
      fields: webhook.fields,
      headers: headersOf(webhook),
    }
    this.sent.push(webhook)
    this.entries.push(entry)
    this.changed()
    return entry
  }
}
