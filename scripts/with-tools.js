// node scripts/with-tools.js FOLDER PROGRAM [ARGUMENTS]: installs the tools of FOLDER/package.json
// if they are missing, and runs one of them in the root of the repository. These tools are large
// and most contributors never need them.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { installTools } from './install-tools.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const [folder, program, ...words] = process.argv.slice(2)
installTools(root + folder)
const bin = `${root}${folder}/node_modules/.bin/${program}`
const { status } = spawnSync(bin, words, { cwd: root, stdio: 'inherit' })
process.exit(status ?? 1)
