import type { Prompts } from '../../options/prompts.js'

/**
 * Italian, with "Lei". Voice: Amazon Polly's Bianca, neural. Source of the voice: "Available
 * voices" in the Amazon Polly Developer Guide; its name here is as on SignalWire's page "<Say>".
 */
export const itIT: Prompts = {
  language: 'it-IT',
  voice: 'Polly.Bianca-Neural',
  // With the space: "4,7" would be a decimal number.
  separator: ', ',
  opening: {
    login: appName => `${appName} la chiama per comunicarle il codice di accesso.`,
    'step-up': appName =>
      `${appName} la chiama per comunicarle un codice con cui confermare la sua identità.`,
    enroll: appName =>
      `${appName} la chiama per comunicarle un codice con cui confermare questo numero di telefono.`,
    approve: appName =>
      `${appName} la chiama per comunicarle un codice con cui autorizzare la sua operazione.`,
  },
  pressMatchingDigits: 'Per ascoltare il codice, digiti le due cifre che vede sullo schermo.',
  pressAnyKey: 'Per ascoltare il codice, prema uno.',
  pressIfNotYou: 'Se non ha richiesto questa chiamata, prema zero.',
  neverAsked: 'Nessuno le chiederà mai questo codice.',
  codeIs: 'Il suo codice è:',
  onceMore: 'Ripeto:',
  menu: 'Per riascoltare il codice, prema uno. Per ascoltarlo più lentamente, prema due.',
  inThisLanguage: 'Per continuare in italiano, prema tre.',
  goodbye: 'Arrivederci.',
  wrongDigits:
    'Le cifre non corrispondono a quelle che vede sullo schermo. Richieda una nuova chiamata. Arrivederci.',
  noDigits: 'Non è stato premuto alcun tasto. Arrivederci.',
  expired: 'Questo codice non è più valido. Richieda una nuova chiamata. Arrivederci.',
  reported:
    'Grazie per la segnalazione. Il codice è stato annullato e nessuno potrà usarlo per accedere. Arrivederci.',
  approval: {
    refuse: 'Se non vuole autorizzare questa operazione, prema zero.',
    refused:
      'L’operazione non è stata autorizzata. Se non ha richiesto questa chiamata, prema di nuovo zero.',
  },
  text: (appName, code) => `${code} è il suo codice ${appName}.`,
  hosted: appName => `Il suo codice ${appName} è:`,
}
