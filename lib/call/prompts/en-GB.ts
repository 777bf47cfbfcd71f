import type { Prompts } from '../../options/prompts.js'

/**
 * British English, which says "please" and "sorry" where American English need not. Voice: Amazon Polly's Amy, neural ("Available voices" in
 * the Amazon Polly Developer Guide; its form here: SignalWire's page "<Say>").
 */
export const enGB: Prompts = {
  language: 'en-GB',
  voice: 'Polly.Amy-Neural',
  separator: ', ',
  opening: {
    login: appName => `This is ${appName}, with a code for your login.`,
    'step-up': appName => `This is ${appName}, with a code to confirm that it is you.`,
    enroll: appName => `This is ${appName}, with a code to confirm this telephone number.`,
  },
  pressMatchingDigits: 'To hear the code, please press the two digits shown on your screen.',
  pressAnyKey: 'To hear the code, please press one.',
  pressIfNotYou: 'If you did not ask for this call, please press zero.',
  codeIs: 'Your code is:',
  onceMore: 'Once again:',
  menu: 'To hear the code again, press one. To hear it more slowly, press two.',
  inThisLanguage: 'To hear this in English, press three.',
  goodbye: 'Goodbye.',
  wrongDigits:
    'Sorry, those are not the digits on your screen. Please ask for another call. Goodbye.',
  noDigits: 'Sorry, no digits were pressed. Goodbye.',
  expired: 'Sorry, this code is no longer valid. Please ask for another call. Goodbye.',
  reported:
    'Thank you for letting us know. This code has been cancelled, and nobody can use it to log in. Goodbye.',
  text: (appName, code) => `${code} is your ${appName} code.`,
}
