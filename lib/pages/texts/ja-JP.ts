import type { PageTexts } from './texts.js'

/** Japanese, polite. */
export const jaJP: PageTexts = {
  language: 'ja-JP',
  errorTitle: title => `エラー：${title}`,
  headings: {
    logIn: '先にログインしてください',
    confirm: 'ご本人の確認',
    confirmAgain: 'ご本人の再確認',
    addPhone: '電話番号の追加',
    changePhone: '電話番号の変更',
    recover: 'リカバリーコードの入力',
    security: 'セキュリティ',
    rememberedBrowsers: '記憶されたブラウザー',
    recoveryCodes: 'リカバリーコード',
    newRecoveryCodes: '新しいリカバリーコード',
    pressDigits: '電話に出て、次の番号を押してください',
  },
  call: {
    none: { heading: '電話に出てください', text: '発信の準備をしています。' },
    waiting: {
      heading: '電話は順番待ちです',
      text: '約{time}後に電話が鳴ります。',
    },
    queued: { heading: '電話に出てください', text: '数秒後に発信します。' },
    ringing: { heading: '電話に出てください', text: '電話が鳴っています。お出になってください。' },
    answered: {
      heading: '2つの番号を押してください',
      text: '通話中です。番号を押して、コードを聞いてください。',
    },
    listening: { heading: 'コードを聞いてください', text: '通話中です。コードを聞いてください。' },
    completed: {
      heading: 'コードを入力してください',
      text: '通話が終わりました。コードはまだ有効です。入力するか、もう一度電話を依頼してください。',
    },
    sent: {
      heading: '電話に出てください',
      text: 'まもなく電話が鳴ります。電話に出て、コードを聞いてください。',
    },
    busy: {
      heading: '電話がつながりませんでした',
      text: '話し中でした。下からもう一度コードを依頼してください。',
    },
    'no-answer': {
      heading: '電話がつながりませんでした',
      text: '応答がありませんでした。下からもう一度コードを依頼してください。',
    },
    failed: {
      heading: '電話がつながりませんでした',
      text: '接続できませんでした。下からもう一度コードを依頼してください。',
    },
    canceled: {
      heading: '電話がつながりませんでした',
      text: '発信が取り消されました。下からもう一度コードを依頼してください。',
    },
    refused: { heading: '拒否されました', text: '0が押されました。何も実行されていません。' },
  },
  sms: {
    none: { heading: 'メッセージを確認してください', text: 'SMSを送信しています。' },
    sent: {
      heading: 'メッセージを確認してください',
      text: 'SMSを送信しました。届いたコードを入力してください。',
    },
  },
  over: {
    expired: {
      heading: '新しいコードを依頼してください',
      text: 'このコードの有効期限が切れました。下から新しいコードを依頼してください。',
    },
    'no-attempts': {
      heading: '新しいコードを依頼してください',
      text: '前のコードはもう入力できません。下から新しいコードを依頼してください。',
    },
    reported: {
      heading: '電話が報告されました',
      text: '電話に出た方が、この電話を報告しました。このコードは使えません。',
    },
    locked: {
      heading: '間違ったコードが多すぎます',
      text: 'それまでは、正しいコードも受け付けません。間違ったコードを入力した覚えがない場合は、パスワードを他の人に知られています。変更してください。',
    },
    'too-many-calls': {
      heading: '次のコードまでお待ちください',
      text: 'ご迷惑にならないよう、同じ電話への発信回数を制限しています。',
    },
    'no-phone': {
      heading: '電話番号が登録されていません',
      text: '番号の登録についてはサポートにお問い合わせください。登録後、電話でコードをお伝えできます。',
    },
  },
  changePassword:
    '今ログインした覚えがない場合は、パスワードを他の人に知られています。すぐに変更してください。',
  needNotWait: 'お待ちにならずに、下から別の方法を選べます。',
  peopleBefore: count => `${count}人の方が先にお待ちです。`,
  calling: '{from}から{phone}に電話しています。',
  called: '{from}から{phone}に電話しました。',
  textSent: '{from}から{phone}にコードを送信しました。',
  willCall: '{phone}に電話します。',
  willCallOneOf: '登録されている電話のいずれかに電話します。',
  willText: '{phone}にSMSを送信します。',
  willTextOneOf: '登録されている電話のいずれかにSMSを送信します。',
  callInstructions:
    '電話に出て、このページに表示される2つの番号を押してください。音声がコードを読み上げます。',
  callWithoutKeysInstructions: '電話に出てください。音声がコードを読み上げます。',
  textInstructions: 'メッセージのコードを入力してください。',
  code: {
    label: '聞こえたコード',
    labelText: 'SMSのコード',
    placeholder: digits => `${digits}桁`,
    sendsItself: '最後の数字を入力すると、コードは自動的に送信されます。',
    submit: '次へ',
    checking: '確認中…',
    validFor: '残り時間：{time}',
    neverAsked: 'このコードをお尋ねすることは決してありません。',
    refresh: '電話の状態を見るには、このページを再読み込みしてください。',
    timeLeft: 'コードの残り時間は{time}です。',
    remember: days => `このブラウザーを${days}日間記憶する`,
  },
  ask: {
    whichPhone: 'どの電話にしますか？',
    otherPhone: '届きませんか？次の電話を使う',
    phone: '電話',
    missed: '届きませんか、または出られませんでしたか？',
    callFirst: '今すぐ電話を受ける',
    callAgain: 'もう一度電話を受ける',
    callInstead: '代わりに電話を受ける',
    callWithKeys: '番号を押す電話を受ける',
    callWithoutKeys: '番号を押さない電話を受ける',
    textFirst: 'SMSを受け取る',
    textAgain: 'もう一度SMSを受け取る',
    textInstead: '代わりにSMSを受け取る',
    textUsual: 'いつもの番号からSMSを受け取る',
    textOther: '別の番号からSMSを受け取る',
    calling: '発信中…',
    texting: '送信中…',
    otherOptions: 'その他の方法',
    cannotUsePhone: '電話を使えません',
    wait: '{time}後に新しいコードを依頼できます。',
    waitFirst: '{time}後にコードを依頼できます。',
  },
  phone: {
    label: '電話番号（国番号から）',
    labelAgain: '電話が来ませんか？番号をもう一度入力してください',
    submit: '電話する',
    none: 'ログインには、こちらから電話できる番号が必要です。まだ番号が登録されていません。',
    current: '現在は{phone}に電話しています。',
    changed: '今後は{phone}に電話します。',
  },
  recovery: {
    intro: '保管しているリカバリーコードを1つ入力してください。各コードは1回だけ使えます。',
    label: 'リカバリーコード',
    usePhone: '代わりに電話を使う',
    neither: 'どちらもない場合は、サポートにお問い合わせください。',
    changeNumber: '電話をなくした場合は、すぐに番号を変更してください。',
    beforeMaking:
      '10個のコードを作成します。各コードで1回、電話なしでログインできます。以前のコードは使えなくなります。',
    keepSafe:
      'パスワードとこのコードの両方を持つ人はログインできます。コードは紙に書いて、パスワードとは別に保管し、メールには入れないでください。',
    make: '10個のコードを作成',
    makeNew: '新しいコードを作成',
    writeDown: '今すぐ印刷するか、書き留めてください。',
    onlyOnce: '表示されるのは今回だけです。以前のコードは使えません。',
    eachOnce: '各コードは電話の代わりに1回だけ使えます。パスワードとは別に保管してください。',
    stored: '保管しました',
    print: '印刷',
    about: '電話をなくしたときのためのものです。パスワードとコード1つで、1回ログインできます。',
    left: count =>
      count === 0
        ? 'リカバリーコードがありません。今すぐ新しいコードを作成してください。'
        : count === 1
          ? 'リカバリーコードは残り1個です。今すぐ新しいコードを作成してください。'
          : count <= 3
            ? `リカバリーコードは残り${count}個です。近いうちに新しいコードを作成してください。`
            : `リカバリーコードは残り${count}個です。`,
  },
  browsers: {
    intro: '電話を使わずにログインする方法です。',
    none: days =>
      `記憶されたブラウザーはありません。コードを入力するときに、ブラウザーを${days}日間記憶できます。その間はパスワードだけでログインできます。`,
    about:
      'これらのブラウザーでは、パスワードだけでログインできます。重要な変更のときは、これまでどおり電話します。',
    thisOne: 'このブラウザー',
    remembered: '{since}から{until}まで。',
    lastUsed: '最後の使用：{date}。',
    forget: '記憶を消す',
    forgetThis: '{browser}の記憶を消す（{date}から）',
    forgetAll: 'すべての記憶を消す',
    forgotten: 'このブラウザーの記憶を消しました。',
    allForgotten: 'すべてのブラウザーの記憶を消しました。',
    notRemembered: 'ログインしましたが、このブラウザーを記憶できませんでした。',
  },
  factors: {
    use: { passkey: 'パスキーを使う', 'app-code': 'アプリのコードを使う' },
    setUp: { passkey: 'パスキーを設定する', 'app-code': 'コード用アプリを設定する' },
    about: {
      passkey: 'このサイトだけで使えるため、偽のサイトは利用できません。',
      'app-code': '電波も電話番号も必要ありません。',
    },
    phoneRefused: 'このアカウントでは電話だけでは不十分なため、お電話しません。',
    phoneIsWeaker: '電話は最も弱い2つ目の認証手段です',
    whyWeaker:
      '電話番号は他人に乗っ取られることがあります。偽のサイトがコードを尋ね、転用することがあります。電波がなければ電話は届きません。',
    setUpLater: 'ログインした後に設定できます。',
  },
  problem: {
    attemptsLeft: count => `あと${count}回入力できます。`,
    noAttemptsLeft: 'このコードはもう入力できません。新しいコードを依頼してください。',
    tryAgainIn: '{time}後にもう一度お試しください。',
    onItsWay: 'コードはすでにお送りしています。',
    oneMoment:
      '少々お待ちください。このコードは2回送信されたか、新しいコードに置き換えられました。',
    nothingChanged: '何も変更されていません。少し待ってからもう一度お試しください。',
    reference: '照会番号',
  },
  nextSteps: {
    'choice-unknown': '内線番号のある電話には、通常の電話だけがつながります。',
    'phone-invalid': '訂正するにはサポートにお問い合わせください。',
    'phone-refused': '電話がつながる状態か確認するか、別の番号をお使いください。',
    'destination-blocked':
      '別の種類の番号か別の国の番号をお使いいただくか、サポートにお問い合わせください。',
    'call-vetoed': '後でもう一度お試しいただくか、サポートにお問い合わせください。',
    locked: 'アカウントのロックを解除するには、サポートにお問い合わせください。',
  },
  failures: {
    'code-malformed': '聞こえたとおりに、コードを数字で入力してください。',
    'phone-malformed': '電話番号を国番号から入力してください。例：+1 202 555 0123',
    'recovery-malformed': 'リカバリーコードを表示されたとおりに入力してください（英数字10文字）。',
    'choice-unknown': 'ページの選択肢から1つ選んでください。',
    'no-challenge': '確認するコードがありません。新しいコードを依頼してください。',
    'code-expired': 'このコードの有効期限が切れました。新しいコードを依頼してください。',
    'code-wrong': 'コードが間違っています。確認して、もう一度お試しください。',
    'recovery-wrong': 'このリカバリーコードは使えません。',
    'phone-missing': '電話番号が登録されていません。',
    'phone-invalid': '登録されている電話番号が正しくありません。',
    'destination-blocked': 'このような番号には電話できません。',
    'phone-refused': '電話網がこの番号への発信を拒否しました。',
    'call-vetoed': '現在、この番号には電話できません。',
    'enroll-forbidden': '番号を変更するには、まず現在の番号に届くコードで確認してください。',
    'too-many-attempts': '間違ったコードが多すぎます。新しいコードを依頼してください。',
    'too-many-calls': '電話の回数が多すぎます。しばらくお待ちください。',
    'destination-limited':
      '本日は、お使いの種類の番号にこれ以上コードを送れません。サポートにお問い合わせください。',
    locked: '間違ったコードが多すぎます。しばらくお待ちください。',
    reported: '前回の電話が迷惑電話として報告されました。しばらくお待ちください。',
  },
  errors: {
    unavailable: '必要なサービスが応答していません。',
    'queue-full': '順番待ちの電話が多すぎます。後でお試しになるか、別の方法を選んでください。',
    'sends-stopped': '現在、コードの送信を停止しています。後でもう一度お試しください。',
  },
  pageFailures: {
    'cross-site':
      'このフォームは当サイトのページから送信されていません。何も実行されていません。ここでもう一度お試しください。',
    'too-large': 'フォームが大きすぎます。ここでもう一度お試しください。',
    'too-slow': '接続が遅すぎました。ここでもう一度お試しください。',
    unreadable: 'フォームを読み取れませんでした。ここでもう一度お試しください。',
  },
  skip: '本文へ移動',
  otherAccount: '別のアカウントを使う',
}
