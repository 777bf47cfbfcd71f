import { money } from 'passport-voice-otp'
import { fill } from '../views/words.js'

type Locale = keyof ReturnType<typeof money>

/** A payment as the app executes it. */
export interface Payment {
  /** Whole minor units: 12050 is 120.50 euros. */
  readonly amount: number
  /** Three letters (ISO 4217). */
  readonly currency: string
  readonly payee: string
}

/** The currencies that the form offers. */
export const currencies: readonly string[] = ['EUR', 'USD', 'GBP', 'JPY']

// Where a language changes nouns by case, the sentence keeps the amount in its basic form.
const sentences: Readonly<Record<Locale, string>> = {
  'en-US': 'You are paying {sum} to {payee}.',
  'en-GB': 'You are paying {sum} to {payee}.',
  'es-ES': 'Va a pagar {sum} a {payee}.',
  'es-MX': 'Va a pagar {sum} a {payee}.',
  'fr-FR': 'Vous allez payer {sum} à {payee}.',
  'de-DE': 'Zahlungsbetrag: {sum}. Empfänger: {payee}.',
  'it-IT': 'Sta per pagare {sum} a {payee}.',
  'pt-BR': 'Você vai pagar {sum} para {payee}.',
  'nl-NL': 'U betaalt {sum} aan {payee}.',
  'pl-PL': 'Kwota płatności: {sum}. Odbiorca: {payee}.',
  'ja-JP': 'お支払い先は{payee}、金額は{sum}です。',
  'zh-CN': '您将向{payee}支付{sum}。',
}

/** What the call says and the page shows, in each language of the call. */
export function paymentText({ amount, currency, payee }: Payment): Record<Locale, string> {
  const sums = Object.entries(money(amount, currency)) as [Locale, string][]
  return Object.fromEntries(
    sums.map(([locale, sum]) => [locale, fill(sentences[locale], { sum, payee })]),
  ) as Record<Locale, string>
}
