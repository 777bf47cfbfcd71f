// node scripts/install-tools.js FOLDER: installs the tools of FOLDER/package.json.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Installs the dependencies of `folder/package.json`, unless each is there in its version. Ends the
 * process if that fails.
 */
export function installTools(folder) {
  const { dependencies } = readJson(`${folder}/package.json`)
  const isInstalled = ([name, version]) => {
    const file = `${folder}/node_modules/${name}/package.json`
    // A package under another name: `npm:connect-redis@8.1.0`.
    return existsSync(file) && readJson(file).version === version.split('@').at(-1)
  }
  if (Object.entries(dependencies).every(isInstalled)) return
  // Peers such as vitest are those of the repository.
  const words = 'install --no-audit --no-fund --no-package-lock --legacy-peer-deps --silent'
  const { status } = spawnSync('npm', [...words.split(' '), '--prefix', folder], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status === 0) return
  console.error(`The tools of ${folder}/package.json could not be installed.`)
  process.exit(1)
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) installTools(resolve(process.argv[2]))
