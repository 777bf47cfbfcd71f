module.exports = {
  transform: { '^.+\\.ts$': 'ts-jest' },
  testRegex: '.*\\.test\\.ts$',
  moduleFileExtensions: ['js', 'json', 'ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
}
