import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { folderOf } from './files.js'

/** What the pages use of the package `ejs`. */
interface Ejs {
  compile(template: string, options: object): (data: object) => string
}

/** Renders a template with its data. */
export type Render = (name: string, data: object) => string

/**
 * Compiles all templates: ours, and those of the app that replace them. Throws an error that names
 * the template and how to fix it.
 * @param own The app's folder of templates.
 */
export function createTemplates(own: string | undefined): Render {
  const ejs = loadEjs()
  const ours = folderOf('views')
  const known = listTemplates(ours)
  if (own !== undefined) checkNames(own, known)
  const folders = own === undefined ? [ours] : [own, ours]
  const find = (name: string): string | undefined =>
    folders.map(folder => join(folder, `${name}.ejs`)).find(file => existsSync(file))
  const compile = (file: string) => {
    try {
      return ejs.compile(readFileSync(file, 'utf8'), {
        filename: file,
        cache: true,
        // A template of ours includes the app's partial of the same name.
        includer: (name: string, parsed: string) => ({
          filename: (name.startsWith('.') ? undefined : find(name)) ?? parsed,
        }),
      })
    } catch (error) {
      throw new Error(`otpPages: the template ${file} cannot be compiled: ${String(error)}`, {
        cause: error,
      })
    }
  }
  /* v8 ignore next -- each of these names was read from the folder of our templates */
  const compiled = new Map(known.map(name => [name, compile(find(name) ?? '')]))
  return (name, data) => {
    const template = compiled.get(name)
    /* v8 ignore next -- the pages name only templates of ours */
    if (template === undefined) throw new Error(`otpPages: there is no template ${name}.`)
    try {
      return template(data)
    } catch (error) {
      throw new Error(`otpPages: the template ${name}.ejs failed: ${String(error)}`, {
        cause: error,
      })
    }
  }
}

function loadEjs(): Ejs {
  try {
    return createRequire(import.meta.url)('ejs') as Ejs
  } catch (error) {
    /* v8 ignore next -- test/packaging/consumers/without-ejs runs this */
    throw new Error('otpPages: the package ejs is missing. Install it: npm install ejs', {
      cause: error,
    })
  }
}

/** The names of the templates in a folder: `otp`, `partials/ask`. */
const listTemplates = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ejs'))
    .map(file => file.replace(/\.ejs$/, '').replaceAll('\\', '/'))

/**
 * Throws for a template of the app that replaces no template of ours. Otherwise nobody would notice
 * a misspelled name.
 */
function checkNames(own: string, known: readonly string[]): void {
  const pages = known.filter(name => !name.includes('/'))
  const found = listTemplates(own)
  if (found.length === 0)
    throw new TypeError(
      `otpPages: views: ${own} holds no template. Templates end in .ejs: ${pages.join(', ')}.`,
    )
  // An own template may include partials of its own.
  const unknown = found.find(name => !name.includes('/') && !known.includes(name))
  if (unknown !== undefined)
    throw new TypeError(
      `otpPages: views: ${unknown}.ejs replaces no template of the pages. The templates are: ${pages.join(', ')}. Put your own partials into a folder below.`,
    )
}
