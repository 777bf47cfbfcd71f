import type { Prompts } from '../../options/prompts.js'

/**
 * French of France, with "vous". A no-break space stands before each colon, as in French
 * typography. Voice: Amazon Polly's Léa, neural, whose id is Lea. Source of the voice: "Available
 * voices" in the Amazon Polly Developer Guide; its name here is as on SignalWire's page "<Say>".
 */
export const frFR: Prompts = {
  language: 'fr-FR',
  voice: 'Polly.Lea-Neural',
  // With the space: "4,7" would be a decimal number.
  separator: ', ',
  opening: {
    login: appName =>
      `Bonjour, ${appName} vous appelle pour vous communiquer un code de connexion.`,
    'step-up': appName =>
      `Bonjour, ${appName} vous appelle pour vous communiquer un code qui permet de confirmer votre identité.`,
    enroll: appName =>
      `Bonjour, ${appName} vous appelle pour vous communiquer un code qui permet de confirmer ce numéro de téléphone.`,
    approve: appName =>
      `Bonjour, ${appName} vous appelle pour vous communiquer un code qui permet de valider votre opération.`,
  },
  pressMatchingDigits: 'Pour écouter le code, composez les deux chiffres affichés sur votre écran.',
  pressAnyKey: 'Pour écouter le code, appuyez sur un.',
  pressIfNotYou: 'Si vous n’êtes pas à l’origine de cette demande, appuyez sur zéro.',
  neverAsked: 'Personne ne vous demandera jamais ce code.',
  codeIs: 'Voici votre code\u00a0:',
  onceMore: 'Je répète\u00a0:',
  menu: 'Pour réécouter le code, appuyez sur un. Pour l’écouter plus lentement, appuyez sur deux.',
  inThisLanguage: 'Pour le français, appuyez sur trois.',
  goodbye: 'Au revoir.',
  wrongDigits:
    'Ces chiffres ne sont pas ceux qui s’affichent sur votre écran. Veuillez demander un nouvel appel. Au revoir.',
  noDigits: 'Aucun chiffre n’a été saisi. Au revoir.',
  expired: 'Ce code n’est plus valable. Veuillez demander un nouvel appel. Au revoir.',
  reported:
    'Merci de votre vigilance. Ce code est annulé, et personne ne peut plus s’en servir pour se connecter. Au revoir.',
  approval: {
    refuse: 'Si vous ne souhaitez pas valider cette opération, appuyez sur zéro.',
    refused:
      'L’opération n’est pas validée. Si vous n’êtes pas à l’origine de cette demande, appuyez de nouveau sur zéro.',
  },
  text: (appName, code) => `${code} est votre code ${appName}.`,
  hosted: appName => `Voici votre code ${appName} :`,
}
