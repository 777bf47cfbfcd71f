// Installs the packed package into small projects, each set up as some app is, and runs each.
// Most log in over HTTP.
//   node test/packaging/run.js [--only NAME]... [--short] [--node PATH]
// --short: a module, a CommonJS and a TypeScript project, and the ready pages in a browser, for CI.
// --node: runs (but does not install) them with another Node.
import { execFile, execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { complaintAbout } from './files.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = resolve(here, '../..')
const shortList = ['esm', 'commonjs', 'typescript-esm', 'jest', 'bundled-esbuild', 'todos-pages']
const atOnce = 2
const installMilliseconds = 300_000
const runMilliseconds = 180_000
/** The exit code by which a consumer says that a program which it needs is not on this machine. */
const skipped = 77

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    short: { type: 'boolean' },
    node: { type: 'string', default: process.execPath },
  },
})
const node = resolve(flags.node)
// What npm sets for the script that runs this is meant for that project alone.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|config_local_prefix|config_prefix|lifecycle)/.test(name),
  ),
)
const counts = { passed: 0, failed: 0, skipped: 0 }
const home = mkdtempSync(join(tmpdir(), 'voice-otp-packaging-'))
process.on('exit', () => {
  rmSync(home, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

const consumers = readConsumers()
const tarball = pack()
const groups = grouped(consumers)
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift())
      await tryGroup(group)
  }),
)
console.log(
  `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
)
process.exitCode = counts.failed > 0 ? 1 : 0

/** The projects to try, as their package.json tells of them. */
function readConsumers() {
  const folders = readdirSync(join(here, 'consumers'))
  const wanted = flags.only ?? (flags.short ? shortList : folders)
  return wanted.map(name => {
    if (!folders.includes(name))
      throw new Error(`There is no consumer '${name}': ${folders.join(', ')}.`)
    return {
      folder: join(here, 'consumers', name),
      ...JSON.parse(readFileSync(join(here, 'consumers', name, 'package.json'), 'utf8')),
    }
  })
}

/** Projects with the same dependencies share one installation. */
function grouped(projects) {
  const byDependencies = new Map()
  for (const project of projects) {
    const key = JSON.stringify(project.dependencies)
    byDependencies.set(key, [...(byDependencies.get(key) ?? []), project])
  }
  return [...byDependencies.values()]
}

/** Packs this repository and checks what went in. Returns the path of the tarball. */
function pack() {
  const output = execFileSync('npm', ['pack', '--json', '--pack-destination', home], {
    cwd: root,
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [{ filename, files }] = JSON.parse(output.slice(output.search(/^\[/m)))
  const complaint = complaintAbout(
    files.map(({ path }) => path),
    root,
  )
  report(
    { name: 'files', description: 'the package holds what a user needs and nothing else' },
    complaint === undefined ? 'passed' : 'failed',
    complaint,
  )
  const loaded = packagesLoadedByImport()
  const isSmall = loaded.includes('passport-strategy') && !loaded.includes('libphonenumber')
  report(
    { name: 'import', description: 'the import does not load the parser of phone numbers' },
    isSmall ? 'passed' : 'failed',
    isSmall ? undefined : loaded,
  )
  return join(home, filename)
}

/** The paths of the CommonJS files that the import of the main entry loads, as text. */
function packagesLoadedByImport() {
  const code = `
    await import('passport-voice-otp')
    console.log(Object.keys((await import('node:module')).default._cache).join('\\n'))
  `
  return execFileSync(node, ['--input-type=module', '--eval', code], {
    cwd: root,
    env: environment,
    encoding: 'utf8',
  })
}

/** Installs what a group of projects has in common, once, and tries each of them. */
async function tryGroup(group) {
  const [{ name, dependencies }] = group
  const folder = join(home, name)
  mkdirSync(folder)
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      private: true,
      dependencies: { ...dependencies, 'passport-voice-otp': `file:${tarball}` },
    }),
  )
  for (const file of ['drive.mjs', 'login.mjs', 'pages.mjs', 'redis.mjs'])
    cpSync(join(here, file), join(folder, file))
  try {
    await run(
      'npm',
      ['install', '--no-audit', '--no-fund', '--prefer-offline', '--strict-peer-deps'],
      folder,
      installMilliseconds,
    )
  } catch (problem) {
    for (const consumer of group) report(consumer, 'failed', problem)
    return
  }
  for (const consumer of group) await tryConsumer(consumer, join(folder, consumer.name))
  rmSync(folder, { recursive: true, force: true })
}

async function tryConsumer(consumer, folder) {
  const { main, sources, test, bundle } = consumer
  cpSync(consumer.folder, folder, { recursive: true })
  // The app of another project, or files that are only to be compiled.
  if (main !== undefined && dirname(main) !== '.')
    cpSync(resolve(consumer.folder, dirname(main)), folder, {
      recursive: true,
      filter: path => !path.endsWith('.json'),
    })
  if (sources !== undefined)
    cpSync(resolve(consumer.folder, sources), join(folder, 'sources'), { recursive: true })
  try {
    for (const compiler of compilersOf(consumer))
      await run(node, [compiler, '-p', '.'], folder, runMilliseconds)
    if (test !== undefined) await run(node, [`../node_modules/${test}`], folder, runMilliseconds)
    else if (bundle !== undefined) await tryBundle(bundle, folder)
    else if (main !== undefined)
      await run(
        node,
        ['../drive.mjs', basename(main).replace(/\.ts$/, '.js')],
        folder,
        runMilliseconds,
      )
    report(consumer, 'passed')
  } catch (problem) {
    report(
      consumer,
      problem.code === skipped && process.env.CI !== 'true' ? 'skipped' : 'failed',
      problem,
    )
  }
}

/** Bundles the app into a folder that sees no node_modules, and logs in to it there. */
async function tryBundle(script, folder) {
  const alone = mkdtempSync(join(tmpdir(), 'voice-otp-bundle-'))
  const file = join(alone, 'app.cjs')
  try {
    await run(node, [script, file], folder, runMilliseconds)
    await run(node, ['../drive.mjs', file], folder, runMilliseconds)
  } finally {
    rmSync(alone, { recursive: true, force: true })
  }
}

/** Every compiler that a TypeScript project names; only the newest for the short list. */
function compilersOf({ folder, dependencies }) {
  if (!existsSync(join(folder, 'tsconfig.json'))) return []
  const compilers = Object.keys(dependencies)
    .filter(name => name.startsWith('typescript-'))
    .map(name => `../node_modules/${name}/bin/tsc`)
  return flags.short ? compilers.slice(-1) : compilers
}

/** Rejects with an error that has `code` and `output` if the program fails or takes too long. */
function run(program, words, cwd, timeout) {
  return new Promise((done, fail) => {
    execFile(
      program,
      words,
      { cwd, timeout, env: environment, killSignal: 'SIGKILL' },
      (problem, stdout, stderr) => {
        if (problem === null) done()
        else
          fail(
            Object.assign(problem, {
              output: `${stdout}${stderr}`.trim() || `took longer than ${timeout / 1000} s`,
            }),
          )
      },
    )
  })
}

function report({ name, description }, outcome, problem) {
  counts[outcome]++
  console.log(`${outcome.padEnd(7)} ${name}: ${description}`)
  if (problem !== undefined)
    console.log(
      String(problem.output ?? problem)
        .split('\n')
        .slice(0, 40)
        .map(line => `        ${line}`)
        .join('\n'),
    )
}
