const { build } = require('esbuild')

build({
  entryPoints: ['app.js'],
  outfile: process.argv[2],
  bundle: true,
  platform: 'node',
  logLevel: 'error',
}).catch(() => process.exit(1))
