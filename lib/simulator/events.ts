import type { ServerResponse } from 'node:http'
import type { Space } from './space.js'

const newest = 20
const commentMilliseconds = 15_000

/**
 * Server-sent events: the state at once and after every change. Changes of one tick are sent
 * together.
 * @internal
 */
export function streamEvents(space: Space, res: ServerResponse): void {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  })
  let scheduled: NodeJS.Immediate | undefined
  const send = (): void => {
    scheduled = undefined
    const state = {
      calls: space.snapshots(newest),
      messages: space.messages
        .slice(-newest)
        .map(message => message.snapshot())
        .reverse(),
      mfa: space.mfaRequests.slice(-newest).reverse(),
    }
    res.write(`event: state\ndata: ${JSON.stringify(state)}\n\n`)
  }
  const forget = space.onChange(() => {
    scheduled ??= setImmediate(send)
  })
  // Proxies and browsers close a stream without data.
  const timer = setInterval(() => {
    res.write(':\n\n')
  }, commentMilliseconds).unref()
  res.on('close', () => {
    forget()
    clearInterval(timer)
    clearImmediate(scheduled)
  })
  send()
}
