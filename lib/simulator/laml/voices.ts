/**
 * The voices of Amazon Polly by language; `S` has the standard model, `N` the neural one. Source:
 * Amazon Polly, "Available voices".
 */
const pollyVoices: Readonly<Record<string, string>> = {
  'ar-AE': 'Hala N, Zayd N',
  arb: 'Zeina S',
  'ca-ES': 'Arlet N',
  'cmn-CN': 'Zhiyu SN',
  'cs-CZ': 'Jitka N',
  'cy-GB': 'Gwyneth S',
  'da-DK': 'Mads S, Naja S, Sofie N',
  'de-AT': 'Hannah N',
  'de-CH': 'Sabrina N',
  'de-DE': 'Daniel N, Hans S, Marlene S, Vicki SN',
  'en-AU': 'Nicole S, Olivia N, Russell S',
  'en-GB': 'Amy SN, Arthur N, Brian SN, Emma SN',
  'en-GB-WLS': 'Geraint S',
  'en-IE': 'Niamh N',
  'en-IN': 'Aditi S, Kajal N, Raveena S',
  'en-NZ': 'Aria N',
  'en-SG': 'Jasmine N',
  'en-US':
    'Danielle N, Gregory N, Ivy SN, Joanna SN, Joey SN, Justin SN, Kendra SN, Kevin N, Kimberly SN, ' +
    'Matthew SN, Patrick N, Ruth N, Salli SN, Stephen N',
  'en-ZA': 'Ayanda N',
  'es-ES': 'Conchita S, Enrique S, Lucia SN, Sergio N',
  'es-MX': 'Andres N, Mia SN',
  'es-US': 'Lupe SN, Miguel S, Pedro N, Penelope S',
  'fi-FI': 'Suvi N',
  'fr-BE': 'Isabelle N',
  'fr-CA': 'Chantal S, Gabrielle N, Liam N',
  'fr-FR': 'Celine S, Lea SN, Mathieu S, Remi N',
  'hi-IN': 'Aditi S, Kajal N',
  'is-IS': 'Dora S, Karl S',
  'it-IT': 'Adriano N, Bianca SN, Carla S, Giorgio S',
  'ja-JP': 'Kazuha N, Mizuki S, Takumi SN, Tomoko N',
  'ko-KR': 'Jihye N, Seoyeon SN',
  'nb-NO': 'Ida N, Liv S',
  'nl-BE': 'Lisa N',
  'nl-NL': 'Laura N, Lotte S, Ruben S',
  'pl-PL': 'Ewa S, Jacek S, Jan S, Maja S, Ola N',
  'pt-BR': 'Camila SN, Ricardo S, Thiago N, Vitoria SN',
  'pt-PT': 'Cristiano S, Ines SN',
  'ro-RO': 'Carmen S',
  'ru-RU': 'Maxim S, Tatyana S',
  'sv-SE': 'Astrid S, Elin N',
  'tr-TR': 'Burcu N, Filiz S',
  'yue-CN': 'Hiujin N',
}

/** Engines whose voices the simulator does not know. */
const otherEngines = ['azure', 'cartesia', 'deepgram', 'elevenlabs', 'google', 'openai', 'rime']
const plainVoices = ['man', 'woman', 'alice']
const fallback = 'SignalWire silently uses another one'

interface PollyVoice {
  readonly languages: string[]
  readonly models: string
}

const pollyByName = new Map<string, PollyVoice>()
for (const [language, voices] of Object.entries(pollyVoices)) {
  for (const [, name = '', models = ''] of voices.matchAll(/(\w+) ([SN]+)/g)) {
    const known = pollyByName.get(name.toLowerCase())
    if (known === undefined) pollyByName.set(name.toLowerCase(), { languages: [language], models })
    else known.languages.push(language)
  }
}

/**
 * Says what SignalWire hides about a `Say`: it silently uses another voice if the voice is unknown
 * or does not speak the language. `undefined` if nothing is wrong. Voice names are not
 * case-sensitive. Source: SignalWire, "Say" and "Voices and languages".
 * @internal
 */
export function voiceWarning(voice: string | null, language: string | null): string | undefined {
  if (voice === null || plainVoices.includes(voice.toLowerCase())) return undefined
  const languages = languagesOf(voice)
  if (languages === undefined) return `the voice '${voice}' is unknown: ${fallback}`
  if (language === null || languages === 'any' || languages.some(each => isSame(each, language)))
    return undefined
  const spoken = languages.join(', ')
  return `the voice '${voice}' does not speak ${language}, only ${spoken}: ${fallback}`
}

/**
 * The languages that a voice speaks: `any` if the simulator does not know them, `undefined` if
 * there is no such voice.
 */
function languagesOf(voice: string): readonly string[] | 'any' | undefined {
  const [, engine = '', name = ''] = /^(\w+)\.(.+)$/.exec(voice.toLowerCase()) ?? []
  if (engine === 'polly' || engine === 'amazon') return pollyLanguages(name)
  if (otherEngines.includes(engine)) return 'any'
  // gcloud.en-US-Neural2-A; Azure's voices have no engine: en-US-AvaNeural.
  const [, language] = /^(?:gcloud\.)?([a-z]{2,3}-[a-z]{2})-[\w-]+$/i.exec(voice) ?? []
  return language === undefined ? undefined : [language]
}

/** `Joanna`, `Joanna-Neural`, and in the newer form `Joanna:neural` and `Joanna:neural:en-US`. */
function pollyLanguages(id: string): readonly string[] | undefined {
  const [, name = '', model = 'standard'] =
    /^(\w+?)(?:[-:](standard|neural|generative|long-form)(?::[a-z-]+)?)?$/.exec(id) ?? []
  const voice = pollyByName.get(name)
  if (voice === undefined) return undefined
  if (model === 'standard' && !voice.models.includes('S')) return undefined
  if (model === 'neural' && !voice.models.includes('N')) return undefined
  return voice.languages
}

/** Compares language tags: zh-CN and Amazon's cmn-CN are one language. */
function isSame(one: string, other: string): boolean {
  try {
    return new Intl.Locale(one).toString() === new Intl.Locale(other).toString()
  } catch {
    return false
  }
}
