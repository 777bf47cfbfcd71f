const { basename, dirname, resolve } = require('node:path')
const webpack = require('webpack')

const outfile = process.argv[2]
const output = {
  path: dirname(outfile),
  filename: basename(outfile),
  library: { type: 'commonjs2' },
}
const options = { mode: 'production', target: 'node20', entry: resolve('app.js'), output }
webpack(options, (problem, stats) => {
  if (problem === null && !stats.hasErrors()) return
  console.error(problem ?? stats.toString('errors-only'))
  process.exit(1)
})
