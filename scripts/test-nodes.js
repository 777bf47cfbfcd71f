// Runs the tests on other Node versions: node scripts/test-nodes.js [20 22 24 26] [--short]. Each
// is fetched as a package.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const words = process.argv.slice(2)
const isShort = words.includes('--short')
const versions = words.filter(word => /^\d+$/.test(word))
const platform = `${process.platform}-${process.arch}`
const home = mkdtempSync(join(tmpdir(), 'nodes-'))
let failed = 0

for (const version of versions.length > 0 ? versions : ['20', '22', '24', '26']) {
  const folder = join(home, version)
  execFileSync(
    'npm',
    [
      'install',
      '--prefix',
      folder,
      '--no-audit',
      '--no-fund',
      '--no-save',
      '--silent',
      `node-${platform}@${version}`,
    ],
    { cwd: tmpdir(), stdio: 'inherit' },
  )
  const node = join(folder, 'node_modules', `node-${platform}`, 'bin', 'node')
  if (!existsSync(node)) throw new Error(`There is no package of Node ${version} for ${platform}.`)
  console.log(`Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}`)
  const files = isShort
    ? [
        'test/actions/login.test.ts',
        'test/session/re-login.test.ts',
        'test/middleware/enforce.test.ts',
        'test/crypto.test.ts',
        'test/call/calls.test.ts',
      ]
    : []
  const { status } = spawnSync(
    node,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...files],
    { cwd: root, stdio: 'inherit' },
  )
  if (status !== 0) failed++
}
process.exit(failed)
