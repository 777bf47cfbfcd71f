import type { Prompts } from '../../options/prompts.js'

/** American English. Voice: Amazon Polly's Joanna, neural ("Available voices" in the Amazon Polly Developer Guide; its form here: SignalWire's page "<Say>"). */
export const enUS: Prompts = {
  language: 'en-US',
  voice: 'Polly.Joanna-Neural',
  separator: ', ',
  opening: {
    login: appName => `This is ${appName}, with a code for your login.`,
    'step-up': appName => `This is ${appName}, with a code to confirm that it is you.`,
    enroll: appName => `This is ${appName}, with a code to confirm this telephone number.`,
  },
  pressMatchingDigits: 'To hear the code, press the two digits that you see on your screen.',
  pressAnyKey: 'To hear the code, press one.',
  pressIfNotYou: 'If you did not ask for this call, press zero.',
  codeIs: 'Your code is:',
  onceMore: 'Once more:',
  menu: 'To hear the code again, press one. To hear it slowly, press two.',
  inThisLanguage: 'To hear this in English, press three.',
  goodbye: 'Goodbye.',
  wrongDigits: 'Those are not the digits on your screen. Please ask for a new call. Goodbye.',
  noDigits: 'No digits were pressed. Goodbye.',
  expired: 'This code is no longer valid. Please ask for a new call. Goodbye.',
  reported: 'Thank you. This code is worthless now, and nobody can use it to log in. Goodbye.',
  text: (appName, code) => `${code} is your ${appName} code.`,
}
