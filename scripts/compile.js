// Compiles programs of this repository with esbuild, in half the processor time of the TypeScript
// compiler. It checks no types.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Below `node_modules`, so that the compiled programs find the same packages. */
const cache = `${root}node_modules/.cache/voice-otp`
const assets = [
  'example/views',
  'example/public',
  'example/minimal',
  'lib/simulator/page',
  'lib/pages/views',
  'lib/pages/public',
]

/**
 * Compiles into a folder of this process, laid out like the repository. Returns the folder and what
 * removes it.
 */
export function compile(programs) {
  removeLeftovers()
  const folder = `${cache}/${process.pid}`
  mkdirSync(folder, { recursive: true })
  // A package of the same name: the programs import it as an app does, and get this code instead of
  // an older dist/.
  writeJson(`${folder}/package.json`, {
    name: 'passport-voice-otp',
    type: 'module',
    exports: {
      '.': './lib/index.js',
      './pages': './lib/pages/index.js',
      './redis': './lib/redis/index.js',
      './simulator': './lib/simulator/index.js',
      './support': './lib/support/index.js',
    },
  })
  const common = {
    absWorkingDir: root,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  }
  const { metafile } = buildSync({
    ...common,
    entryPoints: programs,
    outdir: folder,
    bundle: true,
    packages: 'external',
    metafile: true,
    write: false,
  })
  // Each file by itself: a program finds its pages and templates by the place of its file.
  const files = Object.keys(metafile.inputs)
  buildSync({ ...common, entryPoints: files, outdir: folder, outbase: root })
  for (const each of assets) {
    const isSource = path => path.endsWith('.ts')
    cpSync(root + each, `${folder}/${each}`, { recursive: true, filter: path => !isSource(path) })
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

const writeJson = (file, value) => writeFileSync(file, JSON.stringify(value))

/** Removes the folders of processes that were killed. */
function removeLeftovers() {
  for (const pid of existsSync(cache) ? readdirSync(cache) : []) {
    try {
      process.kill(Number(pid), 0)
    } catch {
      rmSync(`${cache}/${pid}`, { recursive: true, force: true })
    }
  }
}
