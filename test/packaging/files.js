// What may be in the package: what a user needs, nothing that is left from an older build, and no
// types of packages that a user may not have.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const documents = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'package.json',
  // The README links to these; test/docs/links.test.ts checks that no link of theirs leads out of
  // the package.
  'docs/images/call-page.webp',
  'docs/images/speed.svg',
]
const isPage = path => /^docs\/[\w-]+\.md$/.test(path)
/**
 * Each entry is one CommonJS file with a thin ES module around it, which gets it through a file of
 * one line. The command is an ES module.
 */
const code = [
  ...['', 'pages/', 'redis/', 'simulator/', 'support/', 'telemetry/'].flatMap(folder =>
    ['index.cjs', 'index.mjs', 'entry.cjs', 'index.d.cts', 'index.d.mts'].map(
      file => `dist/${folder}${file}`,
    ),
  ),
  'dist/simulator/cli.mjs',
]
const entries = [...code, 'dist/simulator/page/index.html', 'dist/simulator/LICENSES.txt']
/**
 * Whose types the published ones may use: Node's, a dependency's, and Passport's where they are
 * installed.
 */
const mayBeNamed = /^(\.{1,2}\/.*|node|node:\w+|libphonenumber-js\/max|passport)$/

/** Returns what is wrong with the packed files, as text; `undefined` if nothing is. */
export function complaintAbout(paths, root) {
  const complaints = [
    ...[...documents, ...entries]
      .filter(path => !paths.includes(path))
      .map(path => `${path} is missing`),
    ...paths
      .filter(path => !documents.includes(path) && !isPage(path) && !isBuilt(path, root))
      .map(path => `${path} does not belong there`),
    ...paths
      .filter(path => /\.d\.[cm]ts$/.test(path))
      .flatMap(path =>
        foreignTypesIn(join(root, path)).map(name => `${path} needs the types of ${name}`),
      ),
  ]
  return complaints.length === 0 ? undefined : complaints.join('\n')
}

function isBuilt(path, root) {
  const [, page, source] =
    /^dist\/(?:((?:simulator\/page|pages\/(?:views|public)(?:\/[\w-]+)?)\/[\w-]+\.(?:html|css|js|svg|ejs))|([\w/-]+)\.d\.cts)$/.exec(
      path,
    ) ?? []
  if (entries.includes(path)) return true
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
