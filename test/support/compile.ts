// Before the first test: the programs that tests start as processes, compiled once, for tsx costs each of them a second of processor.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder of the compiled programs, laid out as the repository is. */
    readonly compiledRoot: string
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Below `node_modules`, so that what is compiled there finds the same packages. */
const cache = `${root}node_modules/.cache/voice-otp`
const programs = ['example/server.ts', 'lib/simulator/cli.ts', 'scripts/hear.ts']
const besides = ['example/views', 'example/public', 'lib/simulator/page']

/** Compiles what is there now into a folder of this run's own; answers what takes that away again. */
export default function setup(project: TestProject): () => void {
  removeLeftOvers()
  const folder = `${cache}/${process.pid}`
  mkdirSync(folder, { recursive: true })
  // A package of the same name: the programs import it as an app does, and must get the code that is tested, not an older dist/.
  writeFileSync(
    `${folder}/package.json`,
    JSON.stringify({
      name: 'passport-voice-otp',
      type: 'module',
      exports: { '.': './lib/index.js', './simulator': './lib/simulator/index.js' },
    }),
  )
  writeFileSync(
    `${folder}/tsconfig.json`,
    JSON.stringify({
      extends: `${root}tsconfig.json`,
      compilerOptions: {
        noEmit: false,
        noCheck: true,
        rootDir: root,
        outDir: folder,
        sourceMap: false,
        declaration: false,
        typeRoots: [`${root}node_modules/@types`],
      },
      include: [],
      files: programs.map(file => root + file),
    }),
  )
  const tsc = createRequire(import.meta.url)
    .resolve('@typescript/native/package.json')
    .replace('package.json', 'bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`The example could not be compiled: ${stdout}`)
  for (const each of besides) cpSync(root + each, `${folder}/${each}`, { recursive: true })
  project.provide('compiledRoot', folder)
  return () => {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What runs left behind that were killed. */
function removeLeftOvers(): void {
  for (const pid of existsSync(cache) ? readdirSync(cache) : []) {
    try {
      process.kill(Number(pid), 0)
    } catch {
      rmSync(`${cache}/${pid}`, { recursive: true, force: true })
    }
  }
}
