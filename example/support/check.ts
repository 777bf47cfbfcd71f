import { withVariableNames } from './config.js'
import type { RunningExample } from './start.js'

/**
 * What `npm run example -- --check` does: tries the settings, prints the results, and calls nobody.
 * Returns whether it found no mistake.
 */
export async function checkSettings(example: RunningExample): Promise<boolean> {
  const { config, publicUrl, voiceOtp, redis } = example
  const mistakes = (await voiceOtp.checkSettings()).map(withVariableNames)
  if (redis?.client.isReady === false)
    mistakes.push('REDIS_URL: no Redis responds there. Start Redis, or correct the address.')
  if (config.isReal && config.demoPhone === undefined) mistakes.push(missingDemoPhone)
  const isWell = mistakes.length === 0
  const results = isWell
    ? [
        'good  The Space accepts the project and the token.',
        `good  ${publicUrl} leads to this app.`,
        ...(redis ? ['good  Redis responds.'] : []),
      ]
    : mistakes.map(mistake => `wrong ${mistake}`)
  const hint = config.isReal
    ? 'Only a call can show whether SIGNALWIRE_SIGNING_KEY is right. If it is wrong, the log says webhook.rejected with the reason signature.'
    : 'This was the demo with its simulator. To use your own Space, set the five SIGNALWIRE_* variables.'
  console.log([...results, hint].join('\n'))
  return isWell
}

export const missingDemoPhone =
  'DEMO_PHONE is not set, so the app can call nobody. Set it to your own phone number, and it becomes the number of alice.'
