import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { SimulatorError } from './errors.js'
import { respond } from './http/body.js'

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}
const pageHeaders = {
  'Content-Security-Policy':
    "default-src 'self'; frame-ancestors http://127.0.0.1:* http://localhost:*",
  // With no-referrer, browsers send `Origin: null` for the forms of the page.
  'Referrer-Policy': 'same-origin',
}

/**
 * Sends the web page with the phones, or one of its files.
 * @param edit Changes its text.
 * @internal
 */
export async function sendPage(
  res: ServerResponse,
  path: string,
  edit = (text: string): string => text,
): Promise<void> {
  // Only plain names are allowed, so that no path leads out of the folder.
  const [, name, extension = ''] = /^\/page\/([a-z0-9-]+\.(html|css|js|svg))$/.exec(path) ?? []
  const content =
    name === undefined
      ? undefined
      : await readFile(new URL(`./page/${name}`, import.meta.url), 'utf8').catch(() => undefined)
  /* v8 ignore else -- reached; V8 miscounts after the await */
  if (content === undefined) throw new SimulatorError(404, `there is no ${path.slice(0, 80)} here`)
  /* v8 ignore next -- each extension has a type */
  respond(res, 200, edit(content), {
    'Content-Type': types[extension] ?? 'text/plain',
    ...pageHeaders,
  })
}
