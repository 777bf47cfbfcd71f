import type { Prompts } from '../../options/prompts.js'

/**
 * American English. Voice: Amazon Polly's Joanna, neural. Source of the voice: "Available voices"
 * in the Amazon Polly Developer Guide; its name here is as on SignalWire's page "<Say>".
 */
export const enUS: Prompts = {
  language: 'en-US',
  voice: 'Polly.Joanna-Neural',
  separator: ', ',
  opening: {
    login: appName => `This is ${appName} calling with your login code.`,
    'step-up': appName => `This is ${appName} calling with a code to confirm that it is you.`,
    enroll: appName => `This is ${appName} calling with a code to confirm this phone number.`,
    approve: appName => `This is ${appName} calling with a code to approve what you asked for.`,
  },
  pressMatchingDigits: 'To hear the code, press the two digits on your screen.',
  pressAnyKey: 'To hear the code, press one.',
  pressIfNotYou: 'If you did not ask for this call, press zero.',
  neverAsked: 'Nobody will ever ask you for this code.',
  codeIs: 'Your code is:',
  onceMore: 'Again, your code is:',
  menu: 'To hear the code again, press one. To hear it slowly, press two.',
  inThisLanguage: 'For English, press three.',
  goodbye: 'Goodbye.',
  wrongDigits: 'Those are not the digits on your screen. Please ask for a new call. Goodbye.',
  noDigits: 'You did not press any keys. Goodbye.',
  expired: 'This code is no longer valid. Please ask for a new call. Goodbye.',
  reported:
    'Thank you for telling us. We canceled this code, and nobody can use it to log in. Goodbye.',
  approval: {
    refuse: 'If you do not want this, press zero.',
    refused:
      'We canceled it, and nothing will happen. If you did not ask for this call, press zero again.',
  },
  text: (appName, code) => `${code} is your ${appName} code.`,
  hosted: appName => `Your ${appName} code is:`,
}
