// Reads the types of this package, and compiles the code of the pages.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import ts from 'typescript'
import { files, root } from './pages.js'

export interface Source {
  readonly name: string
  readonly text: string
}

/** The names that the code of the pages may use without a definition: those of the README's app. */
const prelude = `
import type expressTypes from 'express'
import type sessionTypes from 'express-session'
import type passportTypes from 'passport'
import type * as own from 'passport-voice-otp'

declare module 'express-session' {
  interface SessionData { messages?: string[] }
}
declare global {
  namespace Express {
    interface User { id: string, phone: string | null }
  }
  const app: expressTypes.Express
  const express: typeof expressTypes
  const passport: typeof passportTypes
  const session: typeof sessionTypes
  const options: own.VoiceOtpOptions
  const getPhone: (user: Express.User) => string | null
  const voiceOtp: own.VoiceOtpStrategy
}
`

/** Compiles the sources together with the prelude and returns each error as a line. */
export function mistakes(sources: readonly Source[]): string[] {
  const folder = join(root, 'node_modules/.cache/voice-otp', `pages-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  try {
    for (const { name, text } of [...sources, { name: 'prelude.ts', text: prelude }])
      writeFileSync(join(folder, name), text)
    const compilerOptions = {
      noEmit: true,
      noUnusedLocals: false,
      noUnusedParameters: false,
      // As strict as what `tsc --init` writes, and no stricter.
      noPropertyAccessFromIndexSignature: false,
      rootDirs: [folder, join(root, 'test/docs')],
      typeRoots: [join(root, 'node_modules/@types')],
    }
    const ambient = ['lib/ambient.d.ts', 'test/support/modules.d.ts'].map(path => join(root, path))
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions,
        include: ['*.ts'],
        files: ambient,
      }),
    )
    const tsc = createRequire(import.meta.url)
      .resolve('@typescript/native/package.json')
      .replace('package.json', 'bin/tsc')
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [tsc, '-p', folder, '--pretty', 'false'],
      {
        encoding: 'utf8',
        cwd: folder,
      },
    )
    const found = stdout.split('\n').flatMap(line => {
      const [, name, at, message] = /^(\S+)\((\d+),\d+\): error TS\d+: (.*)$/.exec(line) ?? []
      return name === undefined ? [] : [`${basename(name)}:${at}: ${message}`]
    })
    if (status !== 0 && found.length === 0)
      throw new Error(`The compiler ended with ${status} and named no mistake: ${stdout}${stderr}`)
    return found
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export interface Member {
  readonly name: string
  readonly type: ts.Type
}

/** Reads the members of interfaces of this package, and the fields of events. */
export function createReader() {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), path => ts.sys.readFile(path)).config,
    ts.sys,
    root,
  )
  const sources = files().filter(path => /^lib\/(?!simulator\/).*\.ts$/.test(path))
  // `noResolve`: only these files. The types of other packages take half a second, and the tests
  // read no member of them.
  const program = ts.createProgram(
    sources.map(path => join(root, path)),
    { ...options, types: [], noResolve: true },
  )
  const checker = program.getTypeChecker()
  const propertiesOf = (type: ts.Type): Member[] =>
    type
      .getProperties()
      .map(property => ({ name: property.name, type: checker.getTypeOfSymbol(property) }))

  return {
    members(path: string, name: string): Member[] {
      const file = program.getSourceFile(join(root, path))
      const symbol = file && checker.getSymbolAtLocation(file)
      const found = symbol && checker.getExportsOfModule(symbol).find(each => each.name === name)
      if (found === undefined) throw new Error(`${path} has no ${name}.`)
      return propertiesOf(checker.getDeclaredTypeOfSymbol(found))
    },
    /** The names of the fields of an event, whose type is a tuple with one object. */
    fields({ type }: Member): string[] {
      const [first] = checker.getTypeArguments(type as ts.TypeReference)
      return first === undefined ? [] : propertiesOf(first).map(({ name }) => name)
    },
  }
}
