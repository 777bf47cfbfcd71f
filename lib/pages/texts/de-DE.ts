import type { PageTexts } from './texts.js'

/** German, with "Sie". */
export const deDE: PageTexts = {
  language: 'de-DE',
  errorTitle: title => `Fehler: ${title}`,
  headings: {
    logIn: 'Bitte melden Sie sich zuerst an',
    confirm: 'Bestätigen Sie, dass Sie es sind',
    confirmAgain: 'Bestätigen Sie, dass Sie es noch sind',
    addPhone: 'Telefonnummer hinzufügen',
    changePhone: 'Telefonnummer ändern',
    recover: 'Wiederherstellungscode eingeben',
    security: 'Sicherheit',
    rememberedBrowsers: 'Gemerkte Browser',
    recoveryCodes: 'Wiederherstellungscodes',
    newRecoveryCodes: 'Ihre Wiederherstellungscodes',
    pressDigits: 'Nehmen Sie ab und drücken Sie',
  },
  call: {
    none: { heading: 'Gehen Sie ans Telefon', text: 'Wir bereiten den Anruf vor.' },
    waiting: {
      heading: 'Ihr Anruf wartet, bis er an der Reihe ist',
      text: 'Ihr Telefon klingelt in etwa {time}.',
    },
    queued: { heading: 'Gehen Sie ans Telefon', text: 'Der Anruf beginnt in wenigen Sekunden.' },
    ringing: { heading: 'Gehen Sie ans Telefon', text: 'Ihr Telefon klingelt. Nehmen Sie ab.' },
    answered: {
      heading: 'Drücken Sie die beiden Ziffern',
      text: 'Sie sind am Telefon. Drücken Sie die Ziffern und hören Sie auf den Code.',
    },
    listening: {
      heading: 'Hören Sie auf den Code',
      text: 'Sie sind am Telefon. Hören Sie auf den Code.',
    },
    completed: {
      heading: 'Geben Sie den Code ein',
      text: 'Der Anruf ist beendet. Der Code bleibt gültig: Geben Sie ihn ein oder fordern Sie einen neuen Anruf an.',
    },
    sent: {
      heading: 'Gehen Sie ans Telefon',
      text: 'Ihr Telefon klingelt gleich. Nehmen Sie ab und hören Sie auf den Code.',
    },
    busy: {
      heading: 'Wir haben Sie nicht erreicht',
      text: 'Die Leitung war besetzt. Fordern Sie unten einen neuen Code an.',
    },
    'no-answer': {
      heading: 'Wir haben Sie nicht erreicht',
      text: 'Niemand hat abgenommen. Fordern Sie unten einen neuen Code an.',
    },
    failed: {
      heading: 'Wir haben Sie nicht erreicht',
      text: 'Der Anruf kam nicht zustande. Fordern Sie unten einen neuen Code an.',
    },
    canceled: {
      heading: 'Wir haben Sie nicht erreicht',
      text: 'Der Anruf wurde abgebrochen. Fordern Sie unten einen neuen Code an.',
    },
    refused: {
      heading: 'Sie haben abgelehnt',
      text: 'Sie haben die Null gedrückt. Es wurde nichts ausgeführt.',
    },
  },
  sms: {
    none: { heading: 'Lesen Sie Ihre Nachrichten', text: 'Wir senden die SMS.' },
    sent: {
      heading: 'Lesen Sie Ihre Nachrichten',
      text: 'Die SMS ist unterwegs. Geben Sie den Code daraus ein.',
    },
  },
  over: {
    expired: {
      heading: 'Fordern Sie einen neuen Code an',
      text: 'Dieser Code ist nicht mehr gültig. Fordern Sie unten einen neuen an.',
    },
    'no-attempts': {
      heading: 'Fordern Sie einen neuen Code an',
      text: 'Sie haben keine Versuche mehr für den letzten Code. Fordern Sie unten einen neuen an.',
    },
    reported: {
      heading: 'Der Anruf wurde gemeldet',
      text: 'Die Person am Telefon hat diesen Anruf gemeldet. Der Code gilt nicht mehr.',
    },
    locked: {
      heading: 'Zu viele falsche Codes',
      text: 'Bis dahin gilt kein Code, auch kein richtiger. Wenn Sie die falschen Codes nicht eingegeben haben, kennt jemand Ihr Passwort. Ändern Sie es.',
    },
    'too-many-calls': {
      heading: 'Warten Sie auf den nächsten Code',
      text: 'Wir begrenzen, wie oft ein Telefon angerufen wird, damit niemand belästigt wird.',
    },
    'no-phone': {
      heading: 'Wir haben keine Telefonnummer von Ihnen',
      text: 'Wenden Sie sich an den Support, damit Ihre Nummer eingetragen wird. Dann können wir Sie mit einem Code anrufen.',
    },
  },
  changePassword:
    'Wenn Sie sich nicht gerade angemeldet haben, kennt jemand Ihr Passwort. Ändern Sie es jetzt.',
  needNotWait: 'Sie müssen nicht warten: Wählen Sie unten eine andere Möglichkeit.',
  peopleBefore: count =>
    count === 1 ? 'Eine Person ist vor Ihnen.' : `${count} Personen sind vor Ihnen.`,
  calling: 'Wir rufen {phone} von {from} aus an.',
  called: 'Wir haben {phone} von {from} aus angerufen.',
  textSent: 'Wir haben einen Code von {from} an {phone} gesendet.',
  willCall: 'Wir rufen {phone} an.',
  willCallOneOf: 'Wir rufen eines Ihrer Telefone an.',
  willText: 'Wir senden eine SMS an {phone}.',
  willTextOneOf: 'Wir senden eine SMS an eines Ihrer Telefone.',
  callInstructions:
    'Nehmen Sie ab und drücken Sie die beiden Ziffern, die diese Seite dann zeigt. Eine Stimme liest Ihnen einen Code vor.',
  callWithoutKeysInstructions: 'Nehmen Sie ab. Eine Stimme liest Ihnen einen Code vor.',
  textInstructions: 'Geben Sie den Code aus der Nachricht ein.',
  code: {
    label: 'Code, den Sie hören',
    labelText: 'Code aus der SMS',
    placeholder: digits => `${digits} Ziffern`,
    sendsItself: 'Der Code wird gesendet, sobald Sie die letzte Ziffer eingegeben haben.',
    submit: 'Weiter',
    checking: 'Wird geprüft …',
    validFor: 'Noch {time} gültig.',
    neverAsked: 'Niemand wird Sie jemals nach diesem Code fragen.',
    refresh: 'Laden Sie diese Seite neu, um den Stand des Anrufs zu sehen.',
    timeLeft: 'Der Code ist noch {time} gültig.',
    remember: days => `Diesen Browser ${days} Tage lang merken`,
  },
  ask: {
    whichPhone: 'Welches Telefon?',
    otherPhone: 'Es kam nichts? Nehmen Sie',
    phone: 'Telefon',
    missed: 'Es kam nichts, oder Sie haben es verpasst?',
    callFirst: 'Jetzt anrufen',
    callAgain: 'Noch einmal anrufen',
    callInstead: 'Lieber anrufen',
    callWithKeys: 'Anrufen, und ich drücke die Ziffern',
    callWithoutKeys: 'Anrufen, ohne dass ich Ziffern drücke',
    textFirst: 'SMS senden',
    textAgain: 'SMS noch einmal senden',
    textInstead: 'Lieber eine SMS senden',
    textUsual: 'SMS von der üblichen Nummer',
    textOther: 'SMS von einer anderen Nummer',
    calling: 'Wird angerufen …',
    texting: 'Wird gesendet …',
    otherOptions: 'Andere Möglichkeiten',
    cannotUsePhone: 'Ich kann mein Telefon nicht benutzen',
    wait: 'Sie können in {time} einen neuen Code anfordern.',
    waitFirst: 'Sie können in {time} einen Code anfordern.',
  },
  phone: {
    label: 'Telefonnummer mit Ländervorwahl',
    labelAgain: 'Kein Anruf? Geben Sie die Nummer noch einmal ein',
    submit: 'Anrufen',
    none: 'Für die Anmeldung brauchen Sie ein Telefon, das wir anrufen können. Wir haben Ihre Nummer noch nicht.',
    current: 'Wir rufen jetzt {phone} an.',
    changed: 'Ab jetzt rufen wir {phone} an.',
  },
  recovery: {
    intro: 'Geben Sie einen Ihrer Wiederherstellungscodes ein. Jeder Code gilt einmal.',
    label: 'Wiederherstellungscode',
    usePhone: 'Stattdessen das Telefon benutzen',
    neither: 'Sie haben beides nicht? Wenden Sie sich an den Support.',
    changeNumber: 'Wenn Sie Ihr Telefon verloren haben, ändern Sie jetzt Ihre Nummer.',
    beforeMaking:
      'Sie bekommen zehn Codes. Mit jedem Code können Sie sich einmal ohne Telefon anmelden. Ältere Codes gelten dann nicht mehr.',
    keepSafe:
      'Wer Ihr Passwort und einen dieser Codes hat, kann sich anmelden. Bewahren Sie die Codes auf Papier auf, getrennt vom Passwort und nicht in Ihrem Postfach.',
    make: 'Zehn Codes erstellen',
    makeNew: 'Neue Codes erstellen',
    writeDown: 'Drucken Sie die Codes jetzt aus oder schreiben Sie sie auf.',
    onlyOnce: 'Wir zeigen sie nur dieses eine Mal. Ältere Codes gelten nicht mehr.',
    eachOnce:
      'Jeder Code gilt einmal, anstelle eines Anrufs. Bewahren Sie die Codes getrennt vom Passwort auf.',
    stored: 'Ich habe sie aufbewahrt',
    print: 'Drucken',
    about:
      'Für den Tag, an dem Sie Ihr Telefon verlieren: Mit Ihrem Passwort und einem dieser Codes können Sie sich einmal anmelden.',
    left: count =>
      count === 0
        ? 'Sie haben keine Wiederherstellungscodes. Erstellen Sie jetzt neue.'
        : count === 1
          ? 'Ein Wiederherstellungscode ist übrig. Erstellen Sie jetzt neue.'
          : count <= 3
            ? `Nur noch ${count} Wiederherstellungscodes sind übrig. Erstellen Sie bald neue.`
            : `${count} Wiederherstellungscodes sind übrig.`,
  },
  browsers: {
    intro: 'So können Sie sich ohne Anruf anmelden.',
    none: days =>
      `Sie haben keine gemerkten Browser. Wenn Sie einen Code eingeben, können wir uns den Browser ${days} Tage lang merken. Dann genügt dort Ihr Passwort.`,
    about:
      'In diesen Browsern genügt Ihr Passwort für die Anmeldung. Bei wichtigen Änderungen rufen wir Sie trotzdem an.',
    thisOne: 'dieser Browser',
    remembered: 'Seit {since}, bis {until}.',
    lastUsed: 'Zuletzt benutzt: {date}.',
    forget: 'Vergessen',
    forgetThis: '{browser} vergessen, seit {date}',
    forgetAll: 'Alle vergessen',
    forgotten: 'Dieser Browser ist nicht mehr gemerkt.',
    allForgotten: 'Ihre Browser sind nicht mehr gemerkt.',
    notRemembered: 'Sie sind angemeldet, aber wir konnten uns diesen Browser nicht merken.',
  },
  factors: {
    use: { passkey: 'Passkey benutzen', 'app-code': 'Code aus Ihrer App benutzen' },
    setUp: { passkey: 'Passkey einrichten', 'app-code': 'App für Codes einrichten' },
    about: {
      passkey:
        'Ein Passkey gilt nur auf dieser Website. Eine gefälschte Website kann ihn nicht benutzen.',
      'app-code': 'Eine App braucht weder Empfang noch Telefonnummer.',
    },
    phoneRefused: 'Für Ihr Konto genügt ein Telefon nicht. Deshalb rufen wir Sie nicht an.',
    phoneIsWeaker: 'Das Telefon ist der schwächste zweite Faktor',
    whyWeaker:
      'Jemand kann Ihre Telefonnummer übernehmen. Eine gefälschte Website kann Sie nach dem Code fragen und ihn weitergeben. Ohne Empfang erreicht Sie kein Anruf.',
    setUpLater: 'Sie können das einrichten, sobald Sie angemeldet sind.',
  },
  problem: {
    attemptsLeft: count =>
      count === 1 ? 'Sie haben noch einen Versuch.' : `Sie haben noch ${count} Versuche.`,
    noAttemptsLeft: 'Sie haben keine Versuche mehr für diesen Code. Fordern Sie einen neuen an.',
    tryAgainIn: 'Sie können es in {time} noch einmal versuchen.',
    onItsWay: 'Ihr Code ist schon unterwegs.',
    oneMoment:
      'Einen Moment. Dieser Code wurde zweimal gesendet, oder ein neuerer Code hat ihn ersetzt.',
    nothingChanged: 'Es wurde nichts geändert. Versuchen Sie es gleich noch einmal.',
    reference: 'Kennung',
  },
  nextSteps: {
    'choice-unknown': 'Nur der gewöhnliche Anruf erreicht ein Telefon mit Durchwahl.',
    'phone-invalid': 'Wenden Sie sich an den Support, damit die Nummer berichtigt wird.',
    'phone-refused': 'Prüfen Sie, ob sie erreichbar ist, oder nehmen Sie eine andere Nummer.',
    'destination-blocked':
      'Nehmen Sie eine andere Art von Nummer oder eine Nummer in einem anderen Land, oder wenden Sie sich an den Support.',
    'call-vetoed': 'Versuchen Sie es später noch einmal oder wenden Sie sich an den Support.',
    locked: 'Wenden Sie sich an den Support, damit Ihr Konto entsperrt wird.',
  },
  failures: {
    'code-malformed': 'Geben Sie den Code in Ziffern ein, so wie Sie ihn gehört haben.',
    'phone-malformed':
      'Geben Sie die Telefonnummer mit der Ländervorwahl ein, zum Beispiel +1 202 555 0123.',
    'recovery-malformed':
      'Geben Sie einen Wiederherstellungscode ein, wie er angezeigt wurde: zehn Buchstaben und Ziffern.',
    'choice-unknown': 'Wählen Sie eine der Möglichkeiten auf der Seite.',
    'no-challenge': 'Es gibt keinen Code zu prüfen. Fordern Sie einen neuen Code an.',
    'code-expired': 'Dieser Code ist nicht mehr gültig. Fordern Sie einen neuen Code an.',
    'code-wrong': 'Dieser Code ist falsch. Prüfen Sie ihn und versuchen Sie es noch einmal.',
    'recovery-wrong': 'Dieser Wiederherstellungscode ist nicht gültig.',
    'phone-missing': 'Es ist keine Telefonnummer hinterlegt.',
    'phone-invalid': 'Die hinterlegte Telefonnummer ist nicht gültig.',
    'destination-blocked': 'Nummern wie diese können wir nicht anrufen.',
    'phone-refused': 'Das Telefonnetz hat den Anruf an diese Nummer abgelehnt.',
    'call-vetoed': 'Diese Nummer können wir zurzeit nicht anrufen.',
    'enroll-forbidden':
      'Um Ihre Nummer zu ändern, bestätigen Sie zuerst einen Code, den wir an die jetzige Nummer senden.',
    'too-many-attempts': 'Zu viele falsche Codes. Fordern Sie einen neuen Code an.',
    'too-many-calls': 'Zu viele Anrufe. Warten Sie, bevor Sie einen neuen anfordern.',
    'destination-limited':
      'An Nummern wie Ihre können wir heute keine weiteren Codes senden. Wenden Sie sich an den Support.',
    locked: 'Zu viele falsche Codes. Warten Sie, bevor Sie es noch einmal versuchen.',
    reported:
      'Der letzte Anruf wurde als unerwünscht gemeldet. Warten Sie, bevor Sie einen neuen anfordern.',
  },
  errors: {
    unavailable: 'Ein Dienst, den wir dafür brauchen, antwortet nicht.',
    'queue-full':
      'Zu viele Anrufe warten. Versuchen Sie es später noch einmal oder wählen Sie eine andere Möglichkeit.',
    'sends-stopped': 'Zurzeit werden keine Codes gesendet. Versuchen Sie es später noch einmal.',
  },
  pageFailures: {
    'cross-site':
      'Dieses Formular kam nicht von unserer eigenen Seite. Es wurde nichts ausgeführt. Versuchen Sie es hier noch einmal.',
    'too-large': 'Das Formular war zu groß. Versuchen Sie es hier noch einmal.',
    'too-slow': 'Die Verbindung war zu langsam. Versuchen Sie es hier noch einmal.',
    unreadable: 'Wir konnten das Formular nicht lesen. Versuchen Sie es hier noch einmal.',
  },
  skip: 'Zum Inhalt',
  otherAccount: 'Anderes Konto benutzen',
}
