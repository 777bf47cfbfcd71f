// Requests byte by byte: fetch and node:http would tidy them up first.
import { connect } from 'node:net'

/**
 * Sends a POST, or the method of `requestLine`, with exactly these headers. Returns the whole
 * response as text. Adds a length and `Connection: close`.
 */
export function sendRaw(
  url: string,
  requestLine: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): Promise<string> {
  const lines = [
    requestLine,
    ...Object.entries({
      ...headers,
      'Content-Length': String(Buffer.byteLength(body)),
      Connection: 'close',
    }).map(([name, value]) => `${name}: ${value}`),
  ]
  return new Promise((resolve, reject) => {
    let answer = ''
    connect(Number(new URL(url).port), '127.0.0.1')
      .setEncoding('utf8')
      .on('data', (text: string) => {
        answer += text
      })
      .on('error', reject)
      .on('end', () => {
        resolve(answer)
      })
      // Do not end the connection here: a server sends no response to a client that has closed.
      .write(`${lines.join('\r\n')}\r\n\r\n${body}`)
  })
}

/**
 * Sends whole requests on one connection without waiting for responses, which is cheap. Returns the
 * statuses in order.
 */
export function sendPipelined(
  url: string,
  requests: readonly string[],
): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
      .setEncoding('latin1')
      .on('error', reject)
      .on('close', () => {
        reject(new Error('the connection was closed'))
      })
    socket.on('data', (more: string) => {
      text += more
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) =>
        Number(status),
      )
      if (statuses.length < requests.length) return
      resolve(statuses)
      socket.destroy()
    })
    socket.write(requests.join(''))
  })
}
