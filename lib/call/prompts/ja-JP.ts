import type { Prompts } from '../../options/prompts.js'

/**
 * Japanese, polite in every sentence. Voice: Amazon Polly's Kazuha, neural. Source of the voice:
 * "Available voices" in the Amazon Polly Developer Guide; its name here is as on SignalWire's page
 * "<Say>".
 */
export const jaJP: Prompts = {
  language: 'ja-JP',
  voice: 'Polly.Kazuha-Neural',
  separator: '、',
  // Four, seven and nine have two readings each. On the phone, "shichi" (seven) sounds like
  // "ichi" (one), so the clearer reading is written out.
  digits: ['0', '1', '2', '3', 'よん', '5', '6', 'なな', '8', 'きゅう'],
  opening: {
    login: appName => `${appName}から、ログイン用の認証コードをお知らせするお電話です。`,
    'step-up': appName => `${appName}から、ご本人確認用の認証コードをお知らせするお電話です。`,
    enroll: appName =>
      `${appName}から、この電話番号を確認するための認証コードをお知らせするお電話です。`,
    approve: appName =>
      `${appName}から、お手続きを承認するための認証コードをお知らせするお電話です。`,
  },
  pressMatchingDigits:
    '認証コードをお聞きになるには、画面に表示されている二桁の数字を押してください。',
  pressAnyKey: '認証コードをお聞きになるには、一を押してください。',
  pressIfNotYou: 'このお電話にお心当たりのない場合は、ゼロを押してください。',
  neverAsked: '誰かがお客様にこの認証コードを尋ねることは、決してありません。',
  codeIs: '認証コードをお伝えします。',
  onceMore: 'もう一度お伝えします。',
  menu: 'もう一度お聞きになる場合は一を、ゆっくりお聞きになる場合は二を押してください。',
  inThisLanguage: '日本語でお聞きになる場合は、三を押してください。',
  goodbye: '失礼いたします。',
  wrongDigits:
    '入力された数字が、画面の数字と一致しません。お手数ですが、画面から改めてお電話をご依頼ください。失礼いたします。',
  noDigits: '入力を確認できませんでした。失礼いたします。',
  expired:
    'この認証コードは、すでに無効になっています。お手数ですが、画面から改めてお電話をご依頼ください。失礼いたします。',
  reported:
    'お知らせいただき、ありがとうございます。この認証コードは無効にいたしました。ログインに使われることはありません。失礼いたします。',
  approval: {
    refuse: '承認なさらない場合は、ゼロを押してください。',
    refused:
      'お手続きは行われません。このお電話にお心当たりのない場合は、もう一度ゼロを押してください。',
  },
  text: (appName, code) => `${appName}の確認コードは${code}です。`,
  hosted: appName => `${appName}の確認コード：`,
}
