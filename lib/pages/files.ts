import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'

/** The folder of the pages in the package. */
export const folderOf = (name: 'public' | 'views'): string =>
  fileURLToPath(new URL(name, import.meta.url))

const types = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' } as const

/** Script and style, with the addresses under which pages load them. */
export interface PageFiles {
  readonly script: string
  readonly style: string
  /** Sends a file if the path is one of these addresses, and returns whether it did. */
  send(req: IncomingMessage, res: ServerResponse, path: string): boolean
}

/**
 * Reads script and style once. Their names hold a hash of their contents, so that browsers may keep
 * them for a year and still get the new ones after an update.
 * @param base The path in front of their names.
 */
export function createFiles(base: string): PageFiles {
  const files = new Map<string, { readonly type: string; readonly content: Buffer }>()
  const add = (name: string, extension: keyof typeof types): string => {
    const content = readFileSync(`${folderOf('public')}/${name}.${extension}`)
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
    const address = `${base}/${name}.${hash}.${extension}`
    files.set(address, { type: types[extension], content })
    return address
  }
  return {
    script: add('otp', 'js'),
    style: add('otp', 'css'),
    send({ method }, res, path) {
      const file = files.get(path)
      if (file === undefined || (method !== 'GET' && method !== 'HEAD')) return false
      res.writeHead(200, {
        'Content-Type': file.type,
        'Content-Length': file.content.length,
        'Cache-Control': 'public, max-age=31536000, immutable',
        'X-Content-Type-Options': 'nosniff',
      })
      res.end(method === 'HEAD' ? undefined : file.content)
      return true
    },
  }
}
