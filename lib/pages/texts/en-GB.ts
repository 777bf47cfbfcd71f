import { enUS } from './en-US.js'
import type { PageTexts } from './texts.js'

/** British English: the sentences are the same; dates are not. */
export const enGB: PageTexts = { ...enUS, language: 'en-GB' }
