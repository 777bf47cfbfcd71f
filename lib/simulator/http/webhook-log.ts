import type { SentWebhook } from '../types/call.js'
import type { Mutable } from '../types/records.js'
import { type AppResponse, sendWebhook } from './send.js'
import { headersOf, type Webhook } from './webhook.js'

/** Sends webhooks and keeps a record of each of them. @internal */
export class WebhookLog {
  private readonly webhooks: Webhook[] = []
  private readonly entries: Mutable<SentWebhook>[] = []

  constructor(
    private readonly ended: AbortSignal,
    private readonly changed: () => void,
  ) {}

  /** How many webhooks there were. */
  get length(): number {
    return this.webhooks.length
  }

  /** Sends a webhook. Rejects with a WebhookError that says what went wrong. */
  async send(webhook: Webhook): Promise<AppResponse> {
    const entry = this.add(webhook)
    const response = await sendWebhook(webhook, this.ended)
    Object.assign(entry, { status: response.status, body: response.body })
    this.changed()
    return response
  }

  /** Keeps a record of a webhook that is not sent. */
  add(webhook: Webhook): Mutable<SentWebhook> {
    const entry: Mutable<SentWebhook> = {
      url: webhook.url,
      status: 0,
      body: '',
      fields: webhook.fields,
      headers: headersOf(webhook),
    }
    this.webhooks.push(webhook)
    this.entries.push(entry)
    this.changed()
    return entry
  }

  /** One webhook as it was sent, so that it can be sent again. */
  at(index: number): Webhook | undefined {
    return this.webhooks[index]
  }

  /** All webhooks, in order. */
  snapshot(): readonly SentWebhook[] {
    return this.entries.map(each => ({ ...each }))
  }
}
