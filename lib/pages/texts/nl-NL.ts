import type { PageTexts } from './texts.js'

/** Dutch, with "u". */
export const nlNL: PageTexts = {
  language: 'nl-NL',
  errorTitle: title => `Fout: ${title}`,
  headings: {
    logIn: 'Log eerst in',
    confirm: 'Bevestig dat u het bent',
    confirmAgain: 'Bevestig dat u het nog bent',
    addPhone: 'Voeg uw telefoon toe',
    changePhone: 'Wijzig uw telefoon',
    recover: 'Gebruik een herstelcode',
    security: 'Beveiliging',
    rememberedBrowsers: 'Onthouden browsers',
    recoveryCodes: 'Herstelcodes',
    newRecoveryCodes: 'Uw herstelcodes',
    pressDigits: 'Neem op en toets',
  },
  call: {
    none: { heading: 'Neem uw telefoon op', text: 'We bereiden het gesprek voor.' },
    waiting: {
      heading: 'Uw gesprek wacht op zijn beurt',
      text: 'Uw telefoon gaat over ongeveer {time} over.',
    },
    queued: { heading: 'Neem uw telefoon op', text: 'Het gesprek begint over enkele seconden.' },
    ringing: { heading: 'Neem uw telefoon op', text: 'Uw telefoon gaat over. Neem op.' },
    answered: {
      heading: 'Toets de twee cijfers',
      text: 'U bent aan de telefoon. Toets de cijfers en luister naar de code.',
    },
    listening: {
      heading: 'Luister naar de code',
      text: 'U bent aan de telefoon. Luister naar de code.',
    },
    completed: {
      heading: 'Voer de code in',
      text: 'Het gesprek is afgelopen. De code blijft geldig: voer hem in of vraag een nieuw gesprek aan.',
    },
    sent: {
      heading: 'Neem uw telefoon op',
      text: 'Uw telefoon gaat zo over. Neem op en luister naar de code.',
    },
    busy: {
      heading: 'We hebben u niet bereikt',
      text: 'De lijn was bezet. Vraag hieronder een nieuwe code aan.',
    },
    'no-answer': {
      heading: 'We hebben u niet bereikt',
      text: 'Niemand nam op. Vraag hieronder een nieuwe code aan.',
    },
    failed: {
      heading: 'We hebben u niet bereikt',
      text: 'Het gesprek kwam niet tot stand. Vraag hieronder een nieuwe code aan.',
    },
    canceled: {
      heading: 'We hebben u niet bereikt',
      text: 'Het gesprek is afgebroken. Vraag hieronder een nieuwe code aan.',
    },
    refused: { heading: 'U hebt geweigerd', text: 'U toetste een nul. Er is niets gedaan.' },
  },
  sms: {
    none: { heading: 'Lees uw berichten', text: 'We versturen het sms-bericht.' },
    sent: {
      heading: 'Lees uw berichten',
      text: 'Het sms-bericht is onderweg. Voer de code eruit in.',
    },
  },
  over: {
    expired: {
      heading: 'Vraag een nieuwe code aan',
      text: 'Deze code is niet meer geldig. Vraag hieronder een nieuwe aan.',
    },
    'no-attempts': {
      heading: 'Vraag een nieuwe code aan',
      text: 'U hebt geen pogingen meer voor de laatste code. Vraag hieronder een nieuwe aan.',
    },
    reported: {
      heading: 'Het gesprek is gemeld',
      text: 'De persoon die opnam heeft dit gesprek gemeld. Deze code werkt niet meer.',
    },
    locked: {
      heading: 'Te veel verkeerde codes',
      text: 'Tot die tijd wordt geen enkele code geaccepteerd, ook geen goede. Als u de verkeerde codes niet hebt ingevoerd, kent iemand uw wachtwoord. Wijzig het.',
    },
    'too-many-calls': {
      heading: 'Wacht op de volgende code',
      text: 'We beperken hoe vaak een telefoon gebeld wordt, zodat niemand last heeft.',
    },
    'no-phone': {
      heading: 'We hebben geen telefoonnummer van u',
      text: 'Neem contact op met de helpdesk om uw nummer toe te voegen. Daarna kunnen we u bellen met een code.',
    },
  },
  changePassword: 'Als u niet zojuist hebt ingelogd, kent iemand uw wachtwoord. Wijzig het nu.',
  needNotWait: 'U hoeft niet te wachten: kies hieronder een andere mogelijkheid.',
  peopleBefore: count =>
    count === 1 ? 'Er is één persoon vóór u.' : `Er zijn ${count} personen vóór u.`,
  calling: 'We bellen {phone} vanaf {from}.',
  called: 'We hebben {phone} gebeld vanaf {from}.',
  textSent: 'We hebben een code gestuurd naar {phone} vanaf {from}.',
  willCall: 'We bellen {phone}.',
  willCallOneOf: 'We bellen een van uw telefoons.',
  willText: 'We sturen een sms naar {phone}.',
  willTextOneOf: 'We sturen een sms naar een van uw telefoons.',
  callInstructions:
    'Neem op en toets de twee cijfers die deze pagina dan toont. Een stem leest u een code voor.',
  callWithoutKeysInstructions: 'Neem op. Een stem leest u een code voor.',
  textInstructions: 'Voer de code uit het bericht in.',
  code: {
    label: 'Code die u hoort',
    labelText: 'Code uit het bericht',
    placeholder: digits => `${digits} cijfers`,
    sendsItself: 'De code wordt verstuurd zodra u het laatste cijfer hebt ingevoerd.',
    submit: 'Doorgaan',
    checking: 'Controleren…',
    validFor: 'Nog {time} geldig.',
    neverAsked: 'Niemand zal u ooit om deze code vragen.',
    refresh: 'Vernieuw deze pagina om te zien hoe het met het gesprek staat.',
    timeLeft: 'De code is nog {time} geldig.',
    remember: days => `Deze browser ${days} dagen onthouden`,
  },
  ask: {
    whichPhone: 'Welke telefoon?',
    otherPhone: 'Niets gekregen? Gebruik',
    phone: 'Telefoon',
    missed: 'Niets gekregen, of gemist?',
    callFirst: 'Bel mij nu',
    callAgain: 'Bel mij opnieuw',
    callInstead: 'Bel mij liever',
    callWithKeys: 'Bel mij, en ik toets de cijfers',
    callWithoutKeys: 'Bel mij, zonder cijfers te toetsen',
    textFirst: 'Stuur mij een sms',
    textAgain: 'Stuur mij opnieuw een sms',
    textInstead: 'Stuur mij liever een sms',
    textUsual: 'Sms vanaf het gewone nummer',
    textOther: 'Sms vanaf een ander nummer',
    calling: 'Bellen…',
    texting: 'Versturen…',
    otherOptions: 'Andere mogelijkheden',
    cannotUsePhone: 'Ik kan mijn telefoon niet gebruiken',
    wait: 'U kunt over {time} een nieuwe code aanvragen.',
    waitFirst: 'U kunt over {time} een code aanvragen.',
  },
  phone: {
    label: 'Telefoonnummer, met landnummer',
    labelAgain: 'Geen gesprek? Voer het nummer opnieuw in',
    submit: 'Bellen',
    none: 'Om in te loggen hebt u een telefoon nodig die we kunnen bellen. We hebben uw nummer nog niet.',
    current: 'We bellen nu {phone}.',
    changed: 'Vanaf nu bellen we {phone}.',
  },
  recovery: {
    intro: 'Voer een van uw herstelcodes in. Elke code werkt één keer.',
    label: 'Herstelcode',
    usePhone: 'Gebruik toch uw telefoon',
    neither: 'Hebt u geen van beide? Neem contact op met de helpdesk.',
    changeNumber: 'Als u uw telefoon kwijt bent, wijzig dan nu uw nummer.',
    beforeMaking:
      'U krijgt tien codes. Met elke code kunt u één keer zonder telefoon inloggen. Oudere codes werken dan niet meer.',
    keepSafe:
      'Wie uw wachtwoord en een van deze codes heeft, kan inloggen. Bewaar de codes op papier, apart van uw wachtwoord en niet in uw mailbox.',
    make: 'Tien codes maken',
    makeNew: 'Nieuwe codes maken',
    writeDown: 'Druk ze nu af of schrijf ze op.',
    onlyOnce: 'We tonen ze alleen deze keer. Oudere codes werken niet meer.',
    eachOnce:
      'Elke code werkt één keer, in plaats van een gesprek. Bewaar de codes apart van uw wachtwoord.',
    stored: 'Ik heb ze bewaard',
    print: 'Afdrukken',
    about:
      'Voor de dag dat u uw telefoon kwijtraakt: met uw wachtwoord en een van deze codes kunt u één keer inloggen.',
    left: count =>
      count === 0
        ? 'U hebt geen herstelcodes. Maak nu nieuwe.'
        : count === 1
          ? 'Er is één herstelcode over. Maak nu nieuwe.'
          : count <= 3
            ? `Er zijn nog maar ${count} herstelcodes over. Maak binnenkort nieuwe.`
            : `Er zijn ${count} herstelcodes over.`,
  },
  browsers: {
    intro: 'Hoe u zonder gesprek kunt inloggen.',
    none: days =>
      `U hebt geen onthouden browsers. Als u een code invoert, kunnen we de browser ${days} dagen onthouden. Dan is uw wachtwoord genoeg.`,
    about:
      'In deze browsers is uw wachtwoord genoeg om in te loggen. Voor belangrijke wijzigingen bellen we u toch.',
    thisOne: 'deze browser',
    remembered: 'Sinds {since}, tot {until}.',
    lastUsed: 'Laatst gebruikt: {date}.',
    forget: 'Vergeten',
    forgetThis: '{browser} vergeten, sinds {date}',
    forgetAll: 'Alle vergeten',
    forgotten: 'Deze browser wordt niet meer onthouden.',
    allForgotten: 'Uw browsers worden niet meer onthouden.',
    notRemembered: 'U bent ingelogd, maar deze browser kon niet worden onthouden.',
  },
  factors: {
    use: { passkey: 'Uw passkey gebruiken', 'app-code': 'Een code uit uw app gebruiken' },
    setUp: { passkey: 'Een passkey instellen', 'app-code': 'Een app voor codes instellen' },
    about: {
      passkey: 'Een passkey werkt alleen op deze site. Een valse site kan hem niet gebruiken.',
      'app-code': 'Een app heeft geen bereik en geen nummer nodig.',
    },
    phoneRefused: 'Een telefoon is niet genoeg voor uw account. Daarom bellen we u niet.',
    phoneIsWeaker: 'Een telefoon is de zwakste tweede factor',
    whyWeaker:
      'Iemand kan uw telefoonnummer overnemen. Een valse site kan u om de code vragen en die doorgeven. Zonder bereik kunnen we u niet bellen.',
    setUpLater: 'U kunt dit instellen zodra u bent ingelogd.',
  },
  problem: {
    attemptsLeft: count =>
      count === 1 ? 'U hebt nog één poging.' : `U hebt nog ${count} pogingen.`,
    noAttemptsLeft: 'U hebt geen pogingen meer voor deze code. Vraag een nieuwe code aan.',
    tryAgainIn: 'U kunt het over {time} opnieuw proberen.',
    onItsWay: 'Uw code is al onderweg.',
    oneMoment:
      'Een ogenblik. Deze code is twee keer verstuurd, of een nieuwere code heeft hem vervangen.',
    nothingChanged: 'Er is niets gewijzigd. Probeer het zo opnieuw.',
    reference: 'Kenmerk',
  },
  nextSteps: {
    'choice-unknown': 'Alleen het gewone gesprek bereikt een telefoon met een toestelnummer.',
    'phone-invalid': 'Neem contact op met de helpdesk om het te verbeteren.',
    'phone-refused': 'Controleer of het bereikbaar is, of gebruik een ander nummer.',
    'destination-blocked':
      'Gebruik een ander soort nummer of een nummer in een ander land, of neem contact op met de helpdesk.',
    'call-vetoed': 'Probeer het later opnieuw, of neem contact op met de helpdesk.',
    locked: 'Neem contact op met de helpdesk om uw account te ontgrendelen.',
  },
  failures: {
    'code-malformed': 'Voer de code in cijfers in, zoals u hem hoorde.',
    'phone-malformed':
      'Voer het telefoonnummer met het landnummer in, bijvoorbeeld +1 202 555 0123.',
    'recovery-malformed':
      'Voer een herstelcode in zoals die getoond werd: tien letters en cijfers.',
    'choice-unknown': 'Kies een van de mogelijkheden op de pagina.',
    'no-challenge': 'Er is geen code om te controleren. Vraag een nieuwe code aan.',
    'code-expired': 'Deze code is niet meer geldig. Vraag een nieuwe code aan.',
    'code-wrong': 'Deze code is verkeerd. Controleer hem en probeer het opnieuw.',
    'recovery-wrong': 'Deze herstelcode is niet geldig.',
    'phone-missing': 'Er is geen telefoonnummer bekend.',
    'phone-invalid': 'Het bekende telefoonnummer is niet geldig.',
    'destination-blocked': 'Nummers zoals dit kunnen we niet bellen.',
    'phone-refused': 'Het telefoonnet weigerde dit nummer te bellen.',
    'call-vetoed': 'We kunnen dit nummer op dit moment niet bellen.',
    'enroll-forbidden':
      'Bevestig eerst een code die naar uw huidige nummer is gestuurd, om uw nummer te wijzigen.',
    'too-many-attempts': 'Te veel verkeerde codes. Vraag een nieuwe code aan.',
    'too-many-calls': 'Te veel gesprekken. Wacht voordat u een nieuw gesprek aanvraagt.',
    'destination-limited':
      'We kunnen vandaag geen codes meer sturen naar nummers zoals het uwe. Neem contact op met de helpdesk.',
    locked: 'Te veel verkeerde codes. Wacht voordat u het opnieuw probeert.',
    reported:
      'Het laatste gesprek is als ongewenst gemeld. Wacht voordat u een nieuw gesprek aanvraagt.',
  },
  errors: {
    unavailable: 'Een dienst die we nodig hebben reageert niet.',
    'queue-full':
      'Er wachten te veel gesprekken. Probeer het later opnieuw, of kies een andere mogelijkheid.',
    'sends-stopped': 'Op dit moment worden geen codes verstuurd. Probeer het later opnieuw.',
  },
  pageFailures: {
    'cross-site':
      'Dit formulier kwam niet van onze eigen pagina. Er is niets gedaan. Probeer het hier opnieuw.',
    'too-large': 'Het formulier was te groot. Probeer het hier opnieuw.',
    'too-slow': 'De verbinding was te traag. Probeer het hier opnieuw.',
    unreadable: 'We konden het formulier niet lezen. Probeer het hier opnieuw.',
  },
  skip: 'Naar de inhoud',
  otherAccount: 'Ander account gebruiken',
}
