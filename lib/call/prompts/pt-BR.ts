import type { Prompts } from '../../options/prompts.js'

/**
 * Portuguese of Brazil, with "você". No article stands before the name of the app, because its
 * gender is unknown. No sentence has a gender of the speaker. Voice: Amazon Polly's Camila, neural.
 * Source of the voice: "Available voices" in the Amazon Polly Developer Guide; its name here is as
 * on SignalWire's page "<Say>".
 */
export const ptBR: Prompts = {
  language: 'pt-BR',
  voice: 'Polly.Camila-Neural',
  // With the space: "4,7" would be a decimal number.
  separator: ', ',
  opening: {
    login: appName => `Olá, ${appName} está ligando para informar o seu código de acesso.`,
    'step-up': appName =>
      `Olá, ${appName} está ligando para informar o código que confirma a sua identidade.`,
    enroll: appName =>
      `Olá, ${appName} está ligando para informar o código que confirma este número de telefone.`,
    approve: appName =>
      `Olá, ${appName} está ligando para informar o código que autoriza a sua operação.`,
  },
  pressMatchingDigits: 'Para ouvir o código, digite os dois números que aparecem na sua tela.',
  pressAnyKey: 'Para ouvir o código, digite um.',
  pressIfNotYou: 'Se você não pediu esta ligação, digite zero.',
  neverAsked: 'Ninguém nunca vai pedir este código a você.',
  codeIs: 'O seu código é:',
  onceMore: 'Repetindo:',
  menu: 'Para ouvir o código de novo, digite um. Para ouvir mais devagar, digite dois.',
  inThisLanguage: 'Para ouvir em português, digite três.',
  goodbye: 'Até logo.',
  wrongDigits:
    'Esses não são os números que aparecem na sua tela. Por favor, peça uma nova ligação. Até logo.',
  noDigits: 'Nenhum número foi digitado. Até logo.',
  expired: 'Este código não é mais válido. Por favor, peça uma nova ligação. Até logo.',
  reported:
    'Agradecemos o aviso. Este código foi cancelado, e ninguém poderá usá-lo para entrar na sua conta. Até logo.',
  approval: {
    refuse: 'Se você não quer autorizar esta operação, digite zero.',
    refused: 'A operação não foi autorizada. Se você não pediu esta ligação, digite zero de novo.',
  },
  text: (appName, code) => `${code} é seu código ${appName}.`,
  hosted: appName => `Seu código ${appName}:`,
}
