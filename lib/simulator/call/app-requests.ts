import { SimulatorError } from '../errors.js'
import { followRedirects } from '../http/redirects.js'
import { type AppResponse, sendWebhook } from '../http/send.js'
import { type Address, type Fields, prepareWebhook, WebhookError } from '../http/webhook.js'
import { WebhookLog } from '../http/webhook-log.js'
import { parseLaml } from '../laml/parse.js'
import type { Verb } from '../laml/verbs.js'
import type { Network } from '../network/network.js'
import type { SentWebhook } from '../types/call.js'
import type { Waits } from './waits.js'

/** A call that redirects to itself must end. */
const mostWebhooks = 100

/** The requests for LaML that the Space sends to the app during one call. @internal */
export class AppRequests {
  private readonly log: WebhookLog

  constructor(
    private readonly network: Network,
    private readonly waits: Waits,
    private readonly changed: () => void,
  ) {
    this.log = new WebhookLog(network.ended.signal, changed)
  }

  /**
   * Asks the app what the call does next. If that fails, asks `fallback` once and calls `warn` with
   * the reason. Throws an Error that says why there is no valid response.
   */
  async ask(
    address: Address,
    fields: Fields,
    fallback: Address | undefined,
    warn: (warning: string) => void,
  ): Promise<readonly Verb[]> {
    try {
      return await this.askOnce(address, fields)
    } catch (error) {
      if (fallback === undefined || !(error instanceof WebhookError)) throw error
      this.waits.check()
      warn(`${error.message}: asked FallbackUrl`)
      return this.askOnce(fallback, fields)
    }
  }

  /** Sends a webhook again, byte for byte the same. */
  async resend(index: number): Promise<{ status: number; body: string }> {
    const webhook = this.log.at(index)
    if (webhook === undefined)
      throw new SimulatorError(
        404,
        `the call has had ${this.log.length} webhooks: there is no index ${index}`,
      )
    const { status, body } = await sendWebhook(webhook, this.network.ended.signal)
    return { status, body }
  }

  /** All requests, in order. */
  snapshot(): readonly SentWebhook[] {
    return this.log.snapshot()
  }

  private async askOnce(address: Address, fields: Fields): Promise<readonly Verb[]> {
    const response = await followRedirects(address, fields, (to, sent) =>
      this.send(to, sent),
    ).catch((error: unknown) => {
      throw renamed(error, `the webhook ${address.url} failed`)
    })
    try {
      checkResponse(response)
      return readDocument(response.body)
    } catch (error) {
      throw renamed(error, `the webhook ${address.url} got a wrong response`)
    }
  }

  private async send(address: Address, fields: Fields): Promise<AppResponse> {
    const { clock, faults, identity } = this.network
    const { delayMs = 0, drop = false, repeat = 0, signature } = faults.webhooks ?? {}
    if (this.log.length >= mostWebhooks)
      throw new Error(`over ${mostWebhooks} webhooks in one call`)
    if (delayMs > 0)
      await this.waits.rest<undefined>(wake => clock.after(delayMs, () => wake(undefined)))
    const webhook = prepareWebhook(address, fields, identity.signingKey, signature)
    if (drop) {
      this.log.add(webhook)
      this.changed()
      throw new WebhookError(11200, 'it was not sent, because of a fault')
    }
    const response = await this.log.send(webhook)
    for (let left = repeat; left > 0; left--) await this.log.send(webhook).catch(() => undefined)
    return response
  }
}

/** Adds to the message of a failed webhook which one it was. */
function renamed(error: unknown, what: string): unknown {
  if (!(error instanceof WebhookError)) return error
  const { code, reason } = error
  return new WebhookError(code, `${what}: ${reason}`)
}

/** Throws a WebhookError if a response cannot contain LaML. */
function checkResponse({ status, contentType }: AppResponse): void {
  if (status !== 200) throw new WebhookError(11217, `the response is HTTP ${status}`)
  const type = contentType.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/xml' && type !== 'text/xml')
    throw new WebhookError(
      12300,
      `the content type of the response is '${contentType}': application/xml or text/xml`,
    )
}

function readDocument(xml: string): readonly Verb[] {
  try {
    return parseLaml(xml)
  } catch (error) {
    throw new WebhookError(12100, (error as Error).message)
  }
}
