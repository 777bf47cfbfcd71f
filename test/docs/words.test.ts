// Words and names that earlier drafts used. A reader of the finished text must not meet them.
import { expect, test } from 'vitest'
import { files, read } from './pages.js'

/** Words with a plainer synonym, for example "fix" for "mend". */
const oldWords =
  /\b(?:mend(?:s|ed|ing)?|anew|whoever|troubles?|refusals?|tall(?:y|ies)|telephones?|tickets?|settle[sd]?|gates?|guess(?:es|ed|ing)?|of no use|none of)\b|\benrol(?!l)/gi

/** "Answers" in the sense of "returns": only people answer, and only the phone. */
const answersForReturns =
  /\banswer(?:s|ed)? (?:with|true|false|undefined|null|\d|what|its|JSON|the (?:status|body|response|request))/gi

/** Old names of options, events, codes and types. */
const oldNames =
  /\b(?:guesses(?:PerChallenge|PerUser|InARow)\w*|pauseSeconds|callsPerNumber\w+|phoneOf|passReqToCallback|counterSecret|CounterFactory|OfferedNumber|failureTable|errorTable|hostedCall|hostedText|too-many-guesses|counters-unavailable|hook-failed|call\.(?:placed|blocked|failed)|prompt\.defaulted)\b/g

/** The texts that people read: code, documents and tests. */
const texts = files().filter(
  path =>
    /^(?:(?:lib|example|scripts|docs|test|\.github)\/|[^/]+\.(?:md|js|ts)$)/.test(path) &&
    /\.(?:md|ts|js|cjs|mjs|ejs|html|css|yml|yaml|example)$|Dockerfile|Caddyfile/.test(path) &&
    !path.startsWith('docs/api/') &&
    // The tests of the messages that give the new name for an old one.
    ![
      'test/docs/words.test.ts',
      'test/resolve-options.test.ts',
      'test/actions/options.test.ts',
      'test/example/config.test.ts',
    ].includes(path),
)

/** The text of a file without the tables that give the new name for an old one. */
const textOf = (path: string): string =>
  read(path).replace(/^const renamed\w*: .* = \{$[^]*?^\}$/gm, '')

test.each([
  ['old words', oldWords],
  ['"answers" in the sense of "returns"', answersForReturns],
  ['old names', oldNames],
])('no text of the repository has %s', (_, words) => {
  expect(texts.length).toBeGreaterThan(300)
  expect(
    texts.flatMap(path => [...textOf(path).matchAll(words)].map(([word]) => `${path}: ${word}`)),
  ).toEqual([])
})
