// Requests byte by byte: fetch and node:http would tidy them up first.
import { connect } from 'node:net'

/** Sends a POST or whatever `requestLine` says, with exactly these headers; answers the whole answer as text. A length and `Connection: close` are added. */
export function sendRaw(url: string, requestLine: string, headers: Readonly<Record<string, string>>, body = ''): Promise<string> {
  const lines = [requestLine, ...Object.entries({ ...headers, 'Content-Length': String(Buffer.byteLength(body)), Connection: 'close' }).map(([name, value]) => `${name}: ${value}`)]
  return new Promise((resolve, reject) => {
    let answer = ''
    connect(Number(new URL(url).port), '127.0.0.1').setEncoding('utf8').on('data', (text: string) => { answer += text }).on('error', reject).on('end', () => { resolve(answer) })
      // Not ended here: a server drops the answer to a client that has closed its side.
      .write(`${lines.join('\r\n')}\r\n\r\n${body}`)
  })
}
