// What may be in the package: what a user needs, and nothing that is left from an older build.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json']

/** Answers what is wrong with the list of packed files, as text; `undefined` if nothing is. */
export function complaintAbout(paths, root) {
  const missing = [...documents, 'dist/index.js', 'dist/index.d.ts', 'dist/simulator/index.js', 'dist/simulator/index.d.ts', 'dist/simulator/cli.js', 'dist/simulator/page/index.html']
    .filter(path => !paths.includes(path))
  const strangers = paths.filter(path => !documents.includes(path) && !isBuilt(path, root))
  const complaints = [...missing.map(path => `${path} is missing`), ...strangers.map(path => `${path} does not belong there`)]
  return complaints.length === 0 ? undefined : complaints.join('\n')
}

function isBuilt(path, root) {
  const [, page, source] = /^dist\/(?:(simulator\/page\/[\w-]+\.(?:html|css|js|svg))|([\w/-]+)\.(?:js|d\.ts))$/.exec(path) ?? []
  return page !== undefined ? existsSync(join(root, 'lib', page)) : source !== undefined && existsSync(join(root, 'lib', `${source}.ts`))
}
