// Compiles lib/ into build/, and puts what is published into dist/:
// - one CommonJS file for each entry (opening one file is faster than opening fifty),
// - a thin ES module around it, so that import and require() get one and the same instance,
// - the types, in CommonJS form, and a type module that re-exports them,
// - the simulator's command and its web page, and the templates of the pages.
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const at = path => fileURLToPath(new URL(`../${path}`, import.meta.url))
const require = createRequire(import.meta.url)

/** The entries of package.json's `exports`. */
const entries = [
  'index',
  'simulator/index',
  'pages/index',
  'redis/index',
  'support/index',
  'telemetry/index',
]
/**
 * Packages that are copied into the simulator's file, so that an installation without the simulator
 * lacks them.
 */
const bundled = ['@rubensworks/saxes', 'xmlchars']
/**
 * The parser of phone numbers takes most of the time and memory of the import. The built files load
 * it when the first number is read: an app that makes a strategy loads it then.
 */
const phoneParser = {
  name: 'libphonenumber-js/max',
  functions: ['isSupportedCountry', 'parsePhoneNumberFromString', 'validatePhoneNumberLength'],
}

if (!existsSync(at('lib/index.ts'))) process.exit(0) // an installed package has no sources to build
for (const folder of ['build', 'dist']) rmSync(at(folder), { recursive: true, force: true })

compile()
await writeCommonJs()
for (const entry of entries) writeEsmWrapper(entry)
await writeCommand()
writeTypes()
cpSync(at('lib/simulator/page'), at('dist/simulator/page'), { recursive: true })
for (const folder of ['views', 'public'])
  cpSync(at(`lib/pages/${folder}`), at(`dist/pages/${folder}`), { recursive: true })
writeFileSync(at('dist/simulator/LICENSES.txt'), bundled.map(licenseOf).join('\n\n'))

function compile() {
  const tsc = require.resolve('@typescript/native/package.json').replace('package.json', 'bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', at('tsconfig.build.json')], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}

/**
 * Each entry is bundled alone: an entry has copies of the few small functions that it shares with
 * another. The pages use the main entry as an app does, because its classes must exist once.
 */
async function writeCommonJs() {
  const main = at('build/index.js')
  for (const entry of entries) {
    const isMain = id => entry !== 'index' && (id === main || id === '../index.js')
    await bundleEntry(entry, isMain)
  }
}

async function bundleEntry(entry, isMain) {
  const { rollup } = await import('rollup')
  const { default: resolve } = await import('@rollup/plugin-node-resolve')
  const { default: commonjs } = await import('@rollup/plugin-commonjs')
  const bundle = await rollup({
    input: at(`build/${entry}.js`),
    external: id => isMain(id) || isInstalled(id),
    plugins: [
      withoutComments(),
      ownAddress(),
      loadPhoneParserLater(),
      resolve({ resolveOnly: bundled }),
      commonjs(),
    ],
  })
  await bundle.write({
    file: at(`dist/${entry}.cjs`),
    paths: id => (isMain(id) ? '../index.cjs' : id),
    format: 'cjs',
    // Every dependency is CommonJS: what require() returns is the default export.
    interop: 'default',
    // Bundlers understand require(); the vendor's ES module hides it from them.
    dynamicImportInCjs: false,
    generatedCode: 'es2015',
  })
}

/** Whether an import stays a `require()` of another package. */
function isInstalled(id) {
  const inFile = [...bundled, phoneParser.name]
  const isInFile = inFile.some(name => id === name || id.startsWith(`${name}/`))
  return !isInFile && !/^[.\0]/.test(id) && !isAbsolute(id)
}

/** Replaces the parser by functions that load it when they are called. */
function loadPhoneParserLater() {
  const { name, functions } = phoneParser
  const module = `\0${name}`
  const later = each => `export const ${each} = (...given) => require('${name}').${each}(...given)`
  return {
    name: 'load-phone-parser-later',
    resolveId: id => (id === name ? module : null),
    load: id => (id === module ? functions.map(later).join('\n') : null),
  }
}

/** In a CommonJS file, `import.meta.url` is the address of this file, in every environment. */
function ownAddress() {
  return {
    name: 'own-address',
    resolveImportMeta: property =>
      property === 'url' ? "require('node:url').pathToFileURL(__filename).href" : null,
  }
}

/** The types carry the doc comments; in the code they would be a third of the package. */
function withoutComments() {
  return {
    name: 'without-comments',
    async renderChunk(code) {
      const { transform } = await import('esbuild')
      return (await transform(code, { legalComments: 'none', charset: 'utf8' })).code
    },
  }
}

/**
 * An ES module that names each export of the CommonJS file. If it imported that file directly, Node
 * would search the whole text for exports first, which takes Node 20 five times as long as running
 * it. So it imports a file of one line, which requires the large one.
 */
function writeEsmWrapper(entry) {
  const names = Object.keys(require(at(`dist/${entry}.cjs`))).filter(name => name !== 'default')
  writeFileSync(
    at(`dist/${dirname(entry)}/entry.cjs`),
    "'use strict'\nexports.entry = require('./index.cjs')\n",
  )
  writeFileSync(
    at(`dist/${entry}.mjs`),
    `import required from './entry.cjs'\n\nexport const { ${names.join(', ')} } = required.entry\n`,
  )
}

/** The program behind the command: an ES module that uses the simulator's entry. */
async function writeCommand() {
  const { rollup } = await import('rollup')
  const simulator = at('build/simulator/simulator.js')
  const bundle = await rollup({
    input: at('build/simulator/cli.js'),
    external: id => id.endsWith('/simulator.js') || (!id.startsWith('.') && !isAbsolute(id)),
    plugins: [withoutComments()],
  })
  await bundle.write({
    file: at('dist/simulator/cli.mjs'),
    format: 'es',
    paths: id => (id === simulator ? './index.mjs' : id),
  })
}

/**
 * The types once, as CommonJS, as far as an entry needs them; the type module of an entry
 * re-exports them.
 */
function writeTypes() {
  const files = entries.map(entry => join('build', `${entry}.d.ts`))
  // The loop also visits the files that it appends.
  for (const file of files) {
    const text = readFileSync(at(file), 'utf8').replace(
      /(['"])(\.{1,2}\/[^'"]*)\.js\1/g,
      (_, quote, path) => {
        const imported = join(dirname(file), `${path}.d.ts`)
        if (!files.includes(imported)) files.push(imported)
        return `${quote}${path}.cjs${quote}`
      },
    )
    const target = at(file.replace(/^build/, 'dist').replace(/\.d\.ts$/, '.d.cts'))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
  }
  for (const entry of entries) {
    writeFileSync(at(`dist/${entry}.d.mts`), `export * from './${entry.split('/').at(-1)}.cjs'\n`)
  }
}

function licenseOf(name) {
  const folder = dirname(require.resolve(`${name}/package.json`))
  const { license, version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
  const file = readdirSync(folder).find(each => /^licen[cs]e/i.test(each))
  const text =
    file === undefined ? `License: ${license}` : readFileSync(`${folder}/${file}`, 'utf8')
  return `${name} ${version}\n\n${text.trim()}\n`
}
