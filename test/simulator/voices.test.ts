import { expect, test } from 'vitest'
import { languages } from 'passport-voice-otp'
import { startBoth } from './support.js'

/** The warnings of a call that says one text. */
async function warningsOf(voice: string | undefined, language: string | undefined) {
  const { app, callNow } = await startBoth()
  const attributes = [
    voice === undefined ? '' : ` voice="${voice}"`,
    language === undefined ? '' : ` language="${language}"`,
  ].join('')
  app.responses['/open'] = `<Say${attributes}>Hello</Say><Say${attributes}>again</Say>`
  const { warnings, error } = await callNow()
  expect(error).toBeNull()
  return warnings
}

test.each([
  [undefined, undefined],
  [undefined, 'de-DE'],
  ['woman', 'de-DE'],
  ['Polly.Joanna', undefined],
  ['Polly.Joanna', 'en-US'],
  ['polly.joanna-neural', 'en-us'],
  ['Polly.Zhiyu-Neural', 'cmn-CN'],
  ['Polly.Zhiyu-Neural', 'zh-CN'],
  ['Polly.Kajal-Neural', 'hi-IN'],
  ['amazon.Kendra:neural:en-US', 'en-US'],
  ['gcloud.en-US-Neural2-A', 'en-US'],
  ['en-US-AvaNeural', 'en-US'],
  ['rime.luna:coda', 'en-US'],
  ['elevenlabs.thomas', 'fr-FR'],
])('the voice %s speaks %s: no warning', async (voice, language) => {
  expect(await warningsOf(voice, language)).toEqual([])
})

test.each([
  ['Polly.Joanna:loud:now', 'en-US', /'Polly\.Joanna:loud:now' is unknown/],
  ['Polly.Nobody', 'en-US', /'Polly\.Nobody' is unknown/],
  ['Polly.Lotte-Neural', 'nl-NL', /'Polly\.Lotte-Neural' is unknown/],
  ['Polly.Laura', 'nl-NL', /'Polly\.Laura' is unknown/],
  ['Joanna', 'en-US', /'Joanna' is unknown/],
  ['nobody.luna', 'en-US', /'nobody\.luna' is unknown/],
  ['Polly.Joanna-Neural', 'de-DE', /'Polly\.Joanna-Neural' does not speak de-DE, only en-US/],
  ['Polly.Joanna-Neural', 'German', /does not speak German/],
  ['Polly.Joanna-Neural', 'not a tag', /does not speak not a tag/],
  ['gcloud.en-US-Neural2-A', 'de-DE', /does not speak de-DE, only en-US/],
])('the voice %s with the language %s: one warning', async (voice, language, warning) => {
  expect(await warningsOf(voice, language)).toEqual([expect.stringMatching(warning)])
})

test.each(Object.entries(languages))(
  "the package's own voice for %s exists and speaks that language",
  async (_, { voice, language }) => {
    expect(await warningsOf(voice, language)).toEqual([])
  },
)
