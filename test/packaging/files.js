// What may be in the package: what a user needs, nothing that is left from an older build, and no types of packages
// that a user may not have.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json']
/** The code of each entry is one file; the simulator's program shares that of the simulator. */
const code = [
  'dist/index.js',
  'dist/simulator/index.js',
  'dist/simulator/simulator.js',
  'dist/simulator/cli.js',
]
const entries = [
  ...code,
  'dist/index.d.ts',
  'dist/simulator/index.d.ts',
  'dist/simulator/page/index.html',
]
/** Whose types the published ones may use: Node's, a dependency's, and Passport's where they are installed. */
const mayBeNamed = /^(\.{1,2}\/.*|node|node:\w+|libphonenumber-js\/max|passport)$/

/** Answers what is wrong with the packed files, as text; `undefined` if nothing is. */
export function complaintAbout(paths, root) {
  const complaints = [
    ...[...documents, ...entries]
      .filter(path => !paths.includes(path))
      .map(path => `${path} is missing`),
    ...paths
      .filter(path => !documents.includes(path) && !isBuilt(path, root))
      .map(path => `${path} does not belong there`),
    ...paths
      .filter(path => path.endsWith('.d.ts'))
      .flatMap(path =>
        foreignTypesIn(join(root, path)).map(name => `${path} needs the types of ${name}`),
      ),
  ]
  return complaints.length === 0 ? undefined : complaints.join('\n')
}

function isBuilt(path, root) {
  const [, page, source] =
    /^dist\/(?:(simulator\/page\/[\w-]+\.(?:html|css|js|svg))|([\w/-]+)\.d\.ts)$/.exec(path) ?? []
  if (code.includes(path)) return true
  return page !== undefined
    ? existsSync(join(root, 'lib', page))
    : source !== undefined && existsSync(join(root, 'lib', `${source}.ts`))
}

function foreignTypesIn(path) {
  return [
    ...readFileSync(path, 'utf8').matchAll(
      /\b(?:from|import|module|types=)\s*\(?\s*(['"])(.+?)\1/g,
    ),
  ]
    .map(([, , name]) => name)
    .filter(name => !mayBeNamed.test(name))
}
