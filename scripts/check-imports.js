// npm run check: fails on a forbidden import and on a cycle of files or of folders in lib/, type
// imports included. Each file that lies directly in lib/ counts as a folder of its own.
import { createRequire } from 'node:module'
import { cruise } from 'dependency-cruiser'

const { forbidden, options } = createRequire(import.meta.url)('../.dependency-cruiser.cjs')

/**
 * The folder of lib/ that a file belongs to: `limits` for `lib/limits/sends.ts`, `phone.ts` for
 * `lib/phone.ts`.
 */
const folderOf = path => path.split('/')[1]

/** The imports between folders: a set of folders for each folder. */
function folderImports(modules) {
  const imports = new Map()
  for (const { source, dependencies } of modules) {
    for (const { resolved } of dependencies) {
      if (!source.startsWith('lib/') || !resolved.startsWith('lib/')) continue
      const [from, to] = [folderOf(source), folderOf(resolved)]
      if (from !== to) imports.set(from, (imports.get(from) ?? new Set()).add(to))
    }
  }
  return imports
}

/**
 * The first cycle of folders, as a list that begins and ends with the same folder; `undefined` if
 * there is none.
 */
function findCycle(imports) {
  const done = new Set()
  const visit = (folder, path) => {
    if (path.includes(folder)) return [...path.slice(path.indexOf(folder)), folder]
    if (done.has(folder)) return undefined
    for (const next of imports.get(folder) ?? []) {
      const cycle = visit(next, [...path, folder])
      if (cycle !== undefined) return cycle
    }
    done.add(folder)
    return undefined
  }
  for (const folder of imports.keys()) {
    const cycle = visit(folder, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}

const { output } = await cruise(['lib'], { ...options, validate: true, ruleSet: { forbidden } })
const problems = output.summary.violations.map(({ rule, from, to, cycle }) =>
  [`${rule.name}:`, from, ...(cycle?.map(({ name }) => name) ?? [to])].join(' → '),
)
const cycle = findCycle(folderImports(output.modules))
if (cycle !== undefined) problems.push(`cycle of folders: ${cycle.join(' → ')}`)
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exit(1)
