// The rules for imports in lib/, type imports included. scripts/check-imports.js applies them.
module.exports = {
  forbidden: [
    {
      name: 'no cycle of files',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'signalwire/ knows neither sessions nor Express',
      severity: 'error',
      from: { path: '^lib/signalwire/' },
      to: {
        path: '^lib/(session|actions|middleware|remembered-browsers|simulator|strategy)|node_modules/(express|express-session|passport)/',
      },
    },
    {
      name: 'simulator/ imports nothing from the rest of lib/',
      severity: 'error',
      from: { path: '^lib/simulator/' },
      to: { path: '^lib/', pathNot: '^lib/simulator/' },
    },
    {
      name: 'lib/ does not import the simulator',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/simulator/' },
      to: { path: '^lib/simulator/' },
    },
    {
      name: 'apps without telemetry/ do not pay for it: lib/ does not import it',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/telemetry/' },
      to: { path: '^lib/telemetry/' },
    },
    {
      name: 'telemetry/ has its own file: it imports only types from the rest of lib/',
      severity: 'error',
      from: { path: '^lib/telemetry/' },
      to: { path: '^lib/', pathNot: '^lib/telemetry/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'apps without Redis do not pay for redis/: lib/ does not import it',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/redis/' },
      to: { path: '^lib/redis/' },
    },
    {
      name: 'redis/ has its own file: it imports only types from the rest of lib/',
      severity: 'error',
      from: { path: '^lib/redis/' },
      to: { path: '^lib/', pathNot: '^lib/redis/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'apps without support/ do not pay for it: lib/ does not import it',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/support/' },
      to: { path: '^lib/support/' },
    },
    {
      name: 'support/ has its own file: it imports only types from the rest of lib/, and words.ts',
      severity: 'error',
      from: { path: '^lib/support/' },
      to: {
        path: '^lib/',
        pathNot: '^lib/(support/|words\\.ts$)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'options/ is a leaf: it imports only request.ts',
      severity: 'error',
      from: { path: '^lib/options/' },
      to: { path: '^lib/', pathNot: '^lib/(options/|request\\.ts$)' },
    },
    {
      name: 'lib/ imports neither the example nor the tests',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(example|test|scripts)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'], exportsFields: ['exports'] },
  },
}
