import type { Prompts } from '../../options/prompts.js'

/**
 * Spanish of Spain, with "usted". Voice: Amazon Polly's Lucia, neural. Source of the voice:
 * "Available voices" in the Amazon Polly Developer Guide; its name here is as on SignalWire's page
 * "<Say>".
 */
export const esES: Prompts = {
  language: 'es-ES',
  voice: 'Polly.Lucia-Neural',
  // With the space: "4,7" would be a decimal number.
  separator: ', ',
  opening: {
    login: appName => `Le llamamos de ${appName} para darle un código de acceso.`,
    'step-up': appName =>
      `Le llamamos de ${appName} para darle un código con el que confirmar su identidad.`,
    enroll: appName =>
      `Le llamamos de ${appName} para darle un código con el que confirmar este número de teléfono.`,
    approve: appName =>
      `Le llamamos de ${appName} para darle un código con el que autorizar su operación.`,
  },
  pressMatchingDigits:
    'Para escuchar el código, marque las dos cifras que aparecen en su pantalla.',
  pressAnyKey: 'Para escuchar el código, pulse uno.',
  pressIfNotYou: 'Si no ha solicitado esta llamada, pulse cero.',
  neverAsked: 'Nadie le pedirá nunca este código.',
  codeIs: 'Su código es:',
  onceMore: 'Se lo repetimos:',
  menu: 'Para volver a escuchar el código, pulse uno. Para escucharlo más despacio, pulse dos.',
  inThisLanguage: 'Para continuar en español, pulse tres.',
  goodbye: 'Adiós.',
  wrongDigits:
    'Las cifras no coinciden con las de su pantalla. Por favor, solicite otra llamada. Adiós.',
  noDigits: 'No ha pulsado ninguna tecla. Adiós.',
  expired: 'Este código ya no es válido. Por favor, solicite otra llamada. Adiós.',
  reported:
    'Gracias por avisarnos. Este código ha quedado anulado y nadie podrá usarlo para iniciar sesión. Adiós.',
  approval: {
    refuse: 'Si no desea autorizar esta operación, pulse cero.',
    refused:
      'La operación no se ha autorizado. Si no ha solicitado esta llamada, pulse cero otra vez.',
  },
  text: (appName, code) => `${code} es su clave de ${appName}.`,
  hosted: appName => `Su clave de ${appName} es:`,
}
