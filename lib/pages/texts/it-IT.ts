import type { PageTexts } from './texts.js'

/** Italian. */
export const itIT: PageTexts = {
  language: 'it-IT',
  errorTitle: title => `Errore: ${title}`,
  headings: {
    logIn: 'Prima effettua l’accesso',
    confirm: 'Conferma di essere tu',
    confirmAgain: 'Conferma di essere ancora tu',
    addPhone: 'Aggiungi il tuo telefono',
    changePhone: 'Cambia il tuo telefono',
    recover: 'Usa un codice di recupero',
    security: 'Sicurezza',
    rememberedBrowsers: 'Browser memorizzati',
    recoveryCodes: 'Codici di recupero',
    newRecoveryCodes: 'I tuoi codici di recupero',
    pressDigits: 'Rispondi e premi',
  },
  call: {
    none: { heading: 'Rispondi al telefono', text: 'Stiamo preparando la chiamata.' },
    waiting: {
      heading: 'La tua chiamata aspetta il suo turno',
      text: 'Il tuo telefono squillerà tra circa {time}.',
    },
    queued: { heading: 'Rispondi al telefono', text: 'La chiamata inizia tra pochi secondi.' },
    ringing: { heading: 'Rispondi al telefono', text: 'Il tuo telefono sta squillando. Rispondi.' },
    answered: {
      heading: 'Premi le due cifre',
      text: 'Sei al telefono. Premi le cifre e ascolta il codice.',
    },
    listening: { heading: 'Ascolta il codice', text: 'Sei al telefono. Ascolta il codice.' },
    completed: {
      heading: 'Inserisci il codice',
      text: 'La chiamata è terminata. Il codice resta valido: inseriscilo o chiedi un’altra chiamata.',
    },
    sent: {
      heading: 'Rispondi al telefono',
      text: 'Il tuo telefono sta per squillare. Rispondi e ascolta il codice.',
    },
    busy: {
      heading: 'Non siamo riusciti a raggiungerti',
      text: 'La linea era occupata. Chiedi un altro codice qui sotto.',
    },
    'no-answer': {
      heading: 'Non siamo riusciti a raggiungerti',
      text: 'Nessuno ha risposto. Chiedi un altro codice qui sotto.',
    },
    failed: {
      heading: 'Non siamo riusciti a raggiungerti',
      text: 'La chiamata non è andata a buon fine. Chiedi un altro codice qui sotto.',
    },
    canceled: {
      heading: 'Non siamo riusciti a raggiungerti',
      text: 'La chiamata è stata annullata. Chiedi un altro codice qui sotto.',
    },
    refused: { heading: 'Hai rifiutato', text: 'Hai premuto zero. Non è stato fatto nulla.' },
  },
  sms: {
    none: { heading: 'Leggi i tuoi messaggi', text: 'Stiamo inviando l’SMS.' },
    sent: {
      heading: 'Leggi i tuoi messaggi',
      text: 'L’SMS è in arrivo. Inserisci il codice che contiene.',
    },
  },
  over: {
    expired: {
      heading: 'Chiedi un nuovo codice',
      text: 'Questo codice non è più valido. Chiedine uno nuovo qui sotto.',
    },
    'no-attempts': {
      heading: 'Chiedi un nuovo codice',
      text: 'Non hai più tentativi per l’ultimo codice. Chiedine uno nuovo qui sotto.',
    },
    reported: {
      heading: 'La chiamata è stata segnalata',
      text: 'La persona che ha risposto ha segnalato questa chiamata. Il codice non vale più.',
    },
    locked: {
      heading: 'Troppi codici sbagliati',
      text: 'Fino ad allora non viene accettato nessun codice, nemmeno quello giusto. Se non hai inserito tu i codici sbagliati, qualcuno conosce la tua password. Cambiala.',
    },
    'too-many-calls': {
      heading: 'Aspetta prima del prossimo codice',
      text: 'Limitiamo le chiamate a uno stesso telefono, perché nessuno sia disturbato.',
    },
    'no-phone': {
      heading: 'Non abbiamo il tuo numero di telefono',
      text: 'Contatta l’assistenza per aggiungere il tuo numero. Poi potremo chiamarti con un codice.',
    },
  },
  changePassword:
    'Se non hai appena effettuato l’accesso, qualcuno conosce la tua password. Cambiala ora.',
  needNotWait: 'Non devi aspettare: scegli un’altra opzione qui sotto.',
  peopleBefore: count =>
    count === 1 ? 'C’è una persona prima di te.' : `Ci sono ${count} persone prima di te.`,
  calling: 'Stiamo chiamando {phone} da {from}.',
  called: 'Abbiamo chiamato {phone} da {from}.',
  textSent: 'Abbiamo inviato un codice a {phone} da {from}.',
  willCall: 'Chiameremo {phone}.',
  willCallOneOf: 'Chiameremo uno dei tuoi telefoni.',
  willText: 'Invieremo un SMS a {phone}.',
  willTextOneOf: 'Invieremo un SMS a uno dei tuoi telefoni.',
  callInstructions:
    'Rispondi e premi le due cifre che questa pagina mostrerà. Una voce ti leggerà un codice.',
  callWithoutKeysInstructions: 'Rispondi. Una voce ti leggerà un codice.',
  textInstructions: 'Inserisci il codice del messaggio.',
  code: {
    label: 'Codice che senti',
    labelText: 'Codice dell’SMS',
    placeholder: digits => `${digits} cifre`,
    sendsItself: 'Il codice viene inviato appena scrivi l’ultima cifra.',
    submit: 'Continua',
    checking: 'Verifica…',
    validFor: 'Valido ancora per {time}.',
    neverAsked: 'Nessuno ti chiederà mai questo codice.',
    refresh: 'Aggiorna questa pagina per vedere lo stato della chiamata.',
    timeLeft: 'Il codice è valido ancora per {time}.',
    remember: days => `Ricorda questo browser per ${days} giorni`,
  },
  ask: {
    whichPhone: 'Quale telefono?',
    otherPhone: 'Non è arrivato nulla? Usa',
    phone: 'Telefono',
    missed: 'Non è arrivato nulla, o non hai fatto in tempo?',
    callFirst: 'Chiamami ora',
    callAgain: 'Chiamami di nuovo',
    callInstead: 'Preferisco una chiamata',
    callWithKeys: 'Chiamami, e premo le cifre',
    callWithoutKeys: 'Chiamami, senza cifre da premere',
    textFirst: 'Inviami un SMS',
    textAgain: 'Inviami un altro SMS',
    textInstead: 'Preferisco un SMS',
    textUsual: 'SMS dal numero abituale',
    textOther: 'SMS da un altro numero',
    calling: 'Chiamata in corso…',
    texting: 'Invio…',
    otherOptions: 'Altre opzioni',
    cannotUsePhone: 'Non posso usare il telefono',
    wait: 'Puoi chiedere un altro codice tra {time}.',
    waitFirst: 'Puoi chiedere un codice tra {time}.',
  },
  phone: {
    label: 'Numero di telefono, con il prefisso del paese',
    labelAgain: 'Nessuna chiamata? Scrivi di nuovo il numero',
    submit: 'Chiama',
    none: 'Per accedere ti serve un telefono che possiamo chiamare. Non abbiamo ancora il tuo numero.',
    current: 'Ora chiamiamo {phone}.',
    changed: 'D’ora in poi chiamiamo {phone}.',
  },
  recovery: {
    intro: 'Inserisci uno dei tuoi codici di recupero. Ogni codice vale una volta.',
    label: 'Codice di recupero',
    usePhone: 'Usa invece il telefono',
    neither: 'Non hai né l’uno né l’altro? Contatta l’assistenza.',
    changeNumber: 'Se hai perso il telefono, cambia ora il tuo numero.',
    beforeMaking:
      'Ricevi dieci codici. Con ognuno puoi accedere una volta senza telefono. I codici precedenti non varranno più.',
    keepSafe:
      'Chi ha la tua password e uno di questi codici può accedere. Conserva i codici su carta, lontano dalla password e non nella posta elettronica.',
    make: 'Crea dieci codici',
    makeNew: 'Crea nuovi codici',
    writeDown: 'Stampali o scrivili ora.',
    onlyOnce: 'Li mostriamo solo questa volta. I codici precedenti non valgono più.',
    eachOnce:
      'Ogni codice vale una volta, al posto di una chiamata. Conserva i codici lontano dalla password.',
    stored: 'Li ho conservati',
    print: 'Stampa',
    about:
      'Per il giorno in cui perdi il telefono: con la password e uno di questi codici puoi accedere una volta.',
    left: count =>
      count === 0
        ? 'Non hai codici di recupero. Creane ora di nuovi.'
        : count === 1
          ? 'Resta un codice di recupero. Creane ora di nuovi.'
          : count <= 3
            ? `Restano solo ${count} codici di recupero. Creane presto di nuovi.`
            : `Restano ${count} codici di recupero.`,
  },
  browsers: {
    intro: 'Come puoi accedere senza una chiamata.',
    none: days =>
      `Non hai browser memorizzati. Quando inserisci un codice, possiamo ricordare il browser per ${days} giorni. Poi basta la password.`,
    about:
      'In questi browser basta la password per accedere. Per le modifiche importanti ti chiamiamo comunque.',
    thisOne: 'questo browser',
    remembered: 'Dal {since} al {until}.',
    lastUsed: 'Ultimo uso: {date}.',
    forget: 'Dimentica',
    forgetThis: 'Dimentica {browser}, dal {date}',
    forgetAll: 'Dimenticali tutti',
    forgotten: 'Questo browser non è più memorizzato.',
    allForgotten: 'I tuoi browser non sono più memorizzati.',
    notRemembered: 'Hai effettuato l’accesso, ma non è stato possibile ricordare questo browser.',
  },
  factors: {
    use: { passkey: 'Usa la tua passkey', 'app-code': 'Usa un codice della tua app' },
    setUp: { passkey: 'Configura una passkey', 'app-code': 'Configura un’app per i codici' },
    about: {
      passkey: 'Funziona solo su questo sito: un sito falso non può usarla.',
      'app-code': 'Non ha bisogno né di segnale né di un numero.',
    },
    phoneRefused: 'Per il tuo account un telefono non basta, perciò non ti chiamiamo.',
    phoneIsWeaker: 'Il telefono è il secondo fattore più debole',
    whyWeaker:
      'Qualcuno può impadronirsi del tuo numero. Un sito falso può chiederti il codice e inoltrarlo. Senza segnale, nessuna chiamata ti raggiunge.',
    setUpLater: 'Puoi configurarle appena hai effettuato l’accesso.',
  },
  problem: {
    attemptsLeft: count =>
      count === 1 ? 'Hai ancora un tentativo.' : `Hai ancora ${count} tentativi.`,
    noAttemptsLeft: 'Non hai più tentativi per questo codice. Chiedi un nuovo codice.',
    tryAgainIn: 'Puoi riprovare tra {time}.',
    onItsWay: 'Il tuo codice è già in arrivo.',
    oneMoment:
      'Un momento. Questo codice è stato inviato due volte, o un codice più recente lo ha sostituito.',
    nothingChanged: 'Non è stato modificato nulla. Riprova tra un momento.',
    reference: 'Riferimento',
  },
  nextSteps: {
    'choice-unknown': 'Solo la chiamata normale raggiunge un telefono con un interno.',
    'phone-invalid': 'Contatta l’assistenza per correggerlo.',
    'phone-refused': 'Controlla che sia raggiungibile, o usa un altro numero.',
    'destination-blocked':
      'Usa un altro tipo di numero o un numero di un altro paese, o contatta l’assistenza.',
    'call-vetoed': 'Riprova più tardi, o contatta l’assistenza.',
    locked: 'Contatta l’assistenza per sbloccare il tuo account.',
  },
  failures: {
    'code-malformed': 'Inserisci il codice in cifre, come lo hai sentito.',
    'phone-malformed':
      'Inserisci il numero di telefono con il prefisso del paese, per esempio +1 202 555 0123.',
    'recovery-malformed':
      'Inserisci un codice di recupero come è stato mostrato: dieci lettere e cifre.',
    'choice-unknown': 'Scegli una delle opzioni della pagina.',
    'no-challenge': 'Non c’è nessun codice da verificare. Chiedi un nuovo codice.',
    'code-expired': 'Questo codice non è più valido. Chiedi un nuovo codice.',
    'code-wrong': 'Questo codice è sbagliato. Controllalo e riprova.',
    'recovery-wrong': 'Questo codice di recupero non è valido.',
    'phone-missing': 'Non è registrato nessun numero di telefono.',
    'phone-invalid': 'Il numero di telefono registrato non è valido.',
    'destination-blocked': 'Non possiamo chiamare numeri come questo.',
    'phone-refused': 'La rete telefonica ha rifiutato la chiamata a questo numero.',
    'call-vetoed': 'Al momento non possiamo chiamare questo numero.',
    'enroll-forbidden': 'Per cambiare numero, conferma prima un codice inviato al numero attuale.',
    'too-many-attempts': 'Troppi codici sbagliati. Chiedi un nuovo codice.',
    'too-many-calls': 'Troppe chiamate. Aspetta prima di chiederne un’altra.',
    'destination-limited':
      'Oggi non possiamo inviare altri codici a numeri come il tuo. Contatta l’assistenza.',
    locked: 'Troppi codici sbagliati. Aspetta prima di riprovare.',
    reported:
      'L’ultima chiamata è stata segnalata come indesiderata. Aspetta prima di chiederne un’altra.',
  },
  errors: {
    unavailable: 'Un servizio di cui abbiamo bisogno non risponde.',
    'queue-full':
      'Ci sono troppe chiamate in attesa. Riprova più tardi, o scegli un’altra opzione.',
    'sends-stopped': 'Al momento non vengono inviati codici. Riprova più tardi.',
  },
  pageFailures: {
    'cross-site':
      'Questo modulo non veniva dalla nostra pagina. Non è stato fatto nulla. Riprova qui.',
    'too-large': 'Il modulo era troppo grande. Riprova qui.',
    'too-slow': 'La connessione era troppo lenta. Riprova qui.',
    unreadable: 'Non siamo riusciti a leggere il modulo. Riprova qui.',
  },
  skip: 'Vai al contenuto',
  otherAccount: 'Usa un altro account',
}
