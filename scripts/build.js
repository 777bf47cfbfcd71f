// Compiles lib/ into dist/ and copies what the compiler leaves out: the simulator's telephone page.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const root = new URL('..', import.meta.url)
const at = path => fileURLToPath(new URL(path, root))
const require = createRequire(import.meta.url)

if (!existsSync(at('lib/index.ts'))) process.exit(0) // an installed package has no sources to build
rmSync(at('dist'), { recursive: true, force: true })
const tsc = require.resolve('@typescript/native/package.json').replace('package.json', 'bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-p', at('tsconfig.build.json')], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
// What the coverage tool is told is of no use to anybody else.
for (const file of readdirSync(at('dist'), { recursive: true }).filter(name => name.endsWith('.js'))) {
  const path = at(`dist/${file}`)
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^ *\/\* v8 ignore .*\*\/\n/gm, ''))
}
if (existsSync(at('lib/simulator/page'))) cpSync(at('lib/simulator/page'), at('dist/simulator/page'), { recursive: true })
