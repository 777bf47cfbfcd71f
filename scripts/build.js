// Compiles lib/ into build/, each file by itself, and puts what is published into dist/: the code of each entry in one
// file, which is opened once where fifty were, the types, and the simulator's telephone page.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'

const at = path => fileURLToPath(new URL(`../${path}`, import.meta.url))

if (!existsSync(at('lib/index.ts'))) process.exit(0) // an installed package has no sources to build
for (const folder of ['build', 'dist']) rmSync(at(folder), { recursive: true, force: true })

const tsc = createRequire(import.meta.url)
  .resolve('@typescript/native/package.json')
  .replace('package.json', 'bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-p', at('tsconfig.build.json')], {
  stdio: 'inherit',
})
if (status !== 0) process.exit(status ?? 1)

const { rollup } = await import('rollup')
const bundle = await rollup({
  input: Object.fromEntries(
    ['index', 'simulator/index', 'simulator/cli'].map(entry => [entry, at(`build/${entry}.js`)]),
  ),
  external: id => !id.startsWith('.') && !isAbsolute(id),
  // What the coverage tool is told is of no use to anybody else.
  plugins: [
    {
      name: 'no-coverage-comments',
      transform: code => ({ code: code.replace(/^ *\/\* v8 ignore .*\*\/\n/gm, ''), map: null }),
    },
  ],
})
await bundle.write({
  dir: at('dist'),
  generatedCode: 'es2015',
  chunkFileNames: 'simulator/[name].js',
})

for (const file of readdirSync(at('build'), { recursive: true }).filter(name =>
  name.endsWith('.d.ts'),
)) {
  mkdirSync(dirname(at(`dist/${file}`)), { recursive: true })
  renameSync(at(`build/${file}`), at(`dist/${file}`))
}
cpSync(at('lib/simulator/page'), at('dist/simulator/page'), { recursive: true })
