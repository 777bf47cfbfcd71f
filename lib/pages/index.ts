/**
 * Ready pages for the second factor: the code, the number, recovery codes and remembered browsers.
 * Start at {@link otpPages}.
 * @module passport-voice-otp/pages
 */
export { otpPages } from './pages.js'
export type { OtpPages, PagesMiddleware } from './pages.js'
export type { OtpPagesOptions, PagePaths, PagesPassport } from './options.js'
export { pageTexts } from './language.js'
export type { PageFailureCode, PageTexts } from './texts/texts.js'
export { browserName } from './browser-name.js'
export { pageHelpers } from './helpers.js'
export type { PageHelpers } from './helpers.js'
export type { SentencePiece } from '../words.js'
