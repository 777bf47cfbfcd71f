// What TypeScript knows of this package, and whether the code of the pages compiles.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from './pages.js'

export interface Source {
  readonly name: string
  readonly text: string
}

/** What code of the pages may use without saying where it comes from. */
const prelude = `
import type expressTypes from 'express'
import type sessionTypes from 'express-session'
import type passportTypes from 'passport'
import type * as limiters from 'rate-limiter-flexible'
import type * as redisTypes from 'redis'
import type * as own from 'passport-voice-otp'
import type { AppOptions } from './app.js'

declare global {
  interface User { readonly id: string, readonly phone: string | null, readonly languages: readonly string[], readonly usesTotp: boolean }
  type FailureInfo = own.FailureInfo
  type LimiterFactory = own.LimiterFactory
  type RequestHandler = expressTypes.RequestHandler
  class VoiceOtpStrategy<User extends object = Express.User> extends own.VoiceOtpStrategy<User> {}
  class RateLimiterRedis extends limiters.RateLimiterRedis {}
  const languages: typeof own.languages
  const options: own.VoiceOtpOptions<User> & { readonly passReqToCallback?: false }
  const voiceOtp: own.VoiceOtpStrategy<User>
  const express: typeof expressTypes
  const app: expressTypes.Express
  const passport: typeof passportTypes
  const sessions: RequestHandler
  const storeClient: ReturnType<typeof redisTypes.createClient>
  const publicUrl: string
  const createApp: (options: AppOptions) => expressTypes.Express
  const database: {
    changePhone(id: string, phone: string): Promise<void>
    replaceRecoveryCodes(id: string, hashes: readonly string[]): Promise<void>
    takeRecoveryCode(id: string, hashes: readonly string[]): Promise<number | undefined>
  }
  const browserStore: own.RememberStore
  const wantsToBeRemembered: (req: expressTypes.Request) => boolean
  const loggedInOnly: RequestHandler
  const phoneField: (req: own.Request) => unknown
  const numberField: (req: own.Request) => unknown
  const wayField: (req: own.Request) => unknown
  const userIdField: (req: expressTypes.Request) => string
  const adminsOnly: RequestHandler
  const browserName: (userAgent: string | undefined) => string
  const alarm: (sentence: string) => void
}
`

function programOf(sources: readonly Source[]): ts.Program {
  const config = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), path => ts.sys.readFile(path)).config,
    ts.sys,
    root,
  )
  const options: ts.CompilerOptions = {
    ...config.options,
    noUnusedLocals: false,
    noUnusedParameters: false,
  }
  const host = ts.createCompilerHost(options)
  // They lie beside the app whose imports they share, but only in memory.
  const inMemory = new Map(sources.map(({ name, text }) => [join(root, 'test/docs', name), text]))
  const onDisk = { ...host }
  host.fileExists = path => inMemory.has(path) || onDisk.fileExists(path)
  host.readFile = path => inMemory.get(path) ?? onDisk.readFile(path)
  const ambient = ['lib/ambient.d.ts', 'test/support/modules.d.ts'].map(path => join(root, path))
  return ts.createProgram([...inMemory.keys(), ...ambient], options, host)
}

/** What is wrong with the sources, a line each; the prelude's names are there without an import. They lie beside the app whose imports they share, though in a folder of their own. */
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
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
      cwd: folder,
    })
    return stdout.split('\n').flatMap(line => {
      const [, name, at, message] = /^(\S+)\((\d+),\d+\): error TS\d+: (.*)$/.exec(line) ?? []
      return name === undefined ? [] : [`${name}:${at}: ${message}`]
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export interface Member {
  readonly name: string
  readonly type: ts.Type
}

/** The members of interfaces of this package, and of what an event's tuple holds. */
export function createReader(paths: readonly string[]) {
  const program = programOf([
    {
      name: 'reader.ts',
      text: paths
        .map(
          (path, index) => `import type * as i${index} from '../../${path.replace('.ts', '.js')}'`,
        )
        .join('\n'),
    },
  ])
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
    /** Names of what the first element of a tuple holds. */
    fields({ type }: Member): string[] {
      const [first] = checker.getTypeArguments(type as ts.TypeReference)
      return first === undefined ? [] : propertiesOf(first).map(({ name }) => name)
    },
  }
}
