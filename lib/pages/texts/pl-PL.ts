import type { PageTexts } from './texts.js'

/** One, few or many: "1 próba", "3 próby", "5 prób". */
const plural = (count: number, one: string, few: string, many: string): string => {
  if (count === 1) return one
  const isFew = count % 10 >= 2 && count % 10 <= 4 && (count % 100 < 12 || count % 100 > 14)
  return isFew ? few : many
}

/**
 * Polish, in an impersonal form. A duration stands after a colon, where it keeps its first case.
 */
export const plPL: PageTexts = {
  language: 'pl-PL',
  errorTitle: title => `Błąd: ${title}`,
  headings: {
    logIn: 'Najpierw trzeba się zalogować',
    confirm: 'Potwierdzenie tożsamości',
    confirmAgain: 'Ponowne potwierdzenie tożsamości',
    addPhone: 'Dodawanie telefonu',
    changePhone: 'Zmiana telefonu',
    recover: 'Kod zapasowy',
    security: 'Bezpieczeństwo',
    rememberedBrowsers: 'Zapamiętane przeglądarki',
    recoveryCodes: 'Kody zapasowe',
    newRecoveryCodes: 'Nowe kody zapasowe',
    pressDigits: 'Proszę odebrać i wybrać',
  },
  call: {
    none: { heading: 'Proszę odebrać telefon', text: 'Przygotowujemy połączenie.' },
    waiting: {
      heading: 'Połączenie czeka na swoją kolej',
      text: 'Czas do połączenia, w przybliżeniu: {time}.',
    },
    queued: { heading: 'Proszę odebrać telefon', text: 'Połączenie zacznie się za kilka sekund.' },
    ringing: { heading: 'Proszę odebrać telefon', text: 'Telefon dzwoni. Proszę odebrać.' },
    answered: {
      heading: 'Proszę wybrać dwie cyfry',
      text: 'Trwa rozmowa. Proszę wybrać cyfry i wysłuchać kodu.',
    },
    listening: {
      heading: 'Proszę wysłuchać kodu',
      text: 'Trwa rozmowa. Proszę wysłuchać kodu.',
    },
    completed: {
      heading: 'Proszę wpisać kod',
      text: 'Rozmowa się skończyła. Kod jest nadal ważny: proszę go wpisać lub zamówić kolejne połączenie.',
    },
    sent: {
      heading: 'Proszę odebrać telefon',
      text: 'Telefon zaraz zadzwoni. Proszę odebrać i wysłuchać kodu.',
    },
    busy: {
      heading: 'Nie udało się dodzwonić',
      text: 'Linia była zajęta. Proszę zamówić kolejny kod poniżej.',
    },
    'no-answer': {
      heading: 'Nie udało się dodzwonić',
      text: 'Nikt nie odebrał. Proszę zamówić kolejny kod poniżej.',
    },
    failed: {
      heading: 'Nie udało się dodzwonić',
      text: 'Nie można było nawiązać połączenia. Proszę zamówić kolejny kod poniżej.',
    },
    canceled: {
      heading: 'Nie udało się dodzwonić',
      text: 'Połączenie zostało anulowane. Proszę zamówić kolejny kod poniżej.',
    },
    refused: { heading: 'Odmowa', text: 'Naciśnięto zero. Nic nie zostało wykonane.' },
  },
  sms: {
    none: { heading: 'Proszę przeczytać wiadomości', text: 'Wysyłamy SMS.' },
    sent: {
      heading: 'Proszę przeczytać wiadomości',
      text: 'SMS jest w drodze. Proszę wpisać kod z wiadomości.',
    },
  },
  over: {
    expired: {
      heading: 'Proszę zamówić nowy kod',
      text: 'Ten kod stracił ważność. Nowy można zamówić poniżej.',
    },
    'no-attempts': {
      heading: 'Proszę zamówić nowy kod',
      text: 'Nie ma już prób dla ostatniego kodu. Nowy można zamówić poniżej.',
    },
    reported: {
      heading: 'Połączenie zostało zgłoszone',
      text: 'Osoba, która odebrała, zgłosiła to połączenie. Ten kod już nie działa.',
    },
    locked: {
      heading: 'Zbyt wiele błędnych kodów',
      text: 'Do tego czasu żaden kod nie zostanie przyjęty, nawet prawidłowy. Jeśli błędne kody wpisał ktoś inny, zna on hasło. Proszę je zmienić.',
    },
    'too-many-calls': {
      heading: 'Na kolejny kod trzeba poczekać',
      text: 'Ograniczamy liczbę połączeń z jednym telefonem, aby nikogo nie niepokoić.',
    },
    'no-phone': {
      heading: 'Nie mamy numeru telefonu',
      text: 'Aby dodać numer, proszę skontaktować się z pomocą techniczną. Potem będziemy mogli zadzwonić z kodem.',
    },
  },
  changePassword:
    'Jeśli to nie Państwo właśnie się logowali, ktoś zna hasło. Proszę je teraz zmienić.',
  needNotWait: 'Nie trzeba czekać: poniżej można wybrać inną możliwość.',
  peopleBefore: count =>
    `W kolejce ${plural(count, 'jest', 'są', 'jest')} wcześniej: ${count} ${plural(count, 'osoba', 'osoby', 'osób')}.`,
  calling: 'Dzwonimy na numer {phone} z numeru {from}.',
  called: 'Dzwoniliśmy na numer {phone} z numeru {from}.',
  textSent: 'Wysłaliśmy kod na numer {phone} z numeru {from}.',
  willCall: 'Zadzwonimy na numer {phone}.',
  willCallOneOf: 'Zadzwonimy na jeden z Państwa telefonów.',
  willText: 'Wyślemy SMS na numer {phone}.',
  willTextOneOf: 'Wyślemy SMS na jeden z Państwa telefonów.',
  callInstructions:
    'Proszę odebrać i wybrać dwie cyfry, które pokaże wtedy ta strona. Głos odczyta kod.',
  callWithoutKeysInstructions: 'Proszę odebrać. Głos odczyta kod.',
  textInstructions: 'Proszę wpisać kod z wiadomości.',
  code: {
    label: 'Usłyszany kod',
    labelText: 'Kod z SMS-a',
    placeholder: digits => `${digits} ${plural(digits, 'cyfra', 'cyfry', 'cyfr')}`,
    sendsItself: 'Kod zostanie wysłany zaraz po wpisaniu ostatniej cyfry.',
    submit: 'Dalej',
    checking: 'Sprawdzanie…',
    validFor: 'Kod jest ważny jeszcze: {time}.',
    neverAsked: 'Nikt nigdy nie poprosi Państwa o ten kod.',
    refresh: 'Proszę odświeżyć stronę, aby zobaczyć stan połączenia.',
    timeLeft: 'Kod jest ważny jeszcze: {time}.',
    remember: days =>
      `Zapamiętaj tę przeglądarkę na ${days} ${plural(days, 'dzień', 'dni', 'dni')}`,
  },
  ask: {
    whichPhone: 'Który telefon?',
    otherPhone: 'Nic nie przyszło? Proszę wybrać',
    phone: 'Telefon',
    missed: 'Nic nie przyszło albo nie udało się odebrać?',
    callFirst: 'Zadzwoń teraz',
    callAgain: 'Zadzwoń ponownie',
    callInstead: 'Wolę telefon',
    callWithKeys: 'Zadzwoń, wybiorę cyfry',
    callWithoutKeys: 'Zadzwoń, bez wybierania cyfr',
    textFirst: 'Wyślij SMS',
    textAgain: 'Wyślij SMS ponownie',
    textInstead: 'Wolę SMS',
    textUsual: 'SMS ze zwykłego numeru',
    textOther: 'SMS z innego numeru',
    calling: 'Dzwonimy…',
    texting: 'Wysyłanie…',
    otherOptions: 'Inne możliwości',
    cannotUsePhone: 'Nie mogę użyć telefonu',
    wait: 'Czas do możliwości zamówienia nowego kodu: {time}.',
    waitFirst: 'Czas do możliwości zamówienia kodu: {time}.',
  },
  phone: {
    label: 'Numer telefonu z numerem kierunkowym kraju',
    labelAgain: 'Nikt nie dzwoni? Proszę wpisać numer ponownie',
    submit: 'Zadzwoń',
    none: 'Do logowania potrzebny jest telefon, na który możemy zadzwonić. Nie mamy jeszcze numeru.',
    current: 'Teraz dzwonimy na numer {phone}.',
    changed: 'Od teraz dzwonimy na numer {phone}.',
  },
  recovery: {
    intro: 'Proszę wpisać jeden z zapisanych kodów zapasowych. Każdy kod działa raz.',
    label: 'Kod zapasowy',
    usePhone: 'Użyj jednak telefonu',
    neither: 'Nie ma ani kodu, ani telefonu? Proszę skontaktować się z pomocą techniczną.',
    changeNumber: 'Jeśli telefon zaginął, proszę teraz zmienić numer.',
    beforeMaking:
      'Powstanie dziesięć kodów. Z każdym można zalogować się raz bez telefonu. Starsze kody przestaną działać.',
    keepSafe:
      'Każdy, kto ma hasło i jeden z tych kodów, może się zalogować. Proszę przechowywać kody na papierze, z dala od hasła i nie w skrzynce pocztowej.',
    make: 'Utwórz dziesięć kodów',
    makeNew: 'Utwórz nowe kody',
    writeDown: 'Proszę je teraz wydrukować lub zapisać.',
    onlyOnce: 'Pokazujemy je tylko ten jeden raz. Starsze kody już nie działają.',
    eachOnce: 'Każdy kod działa raz, zamiast połączenia. Proszę przechowywać kody z dala od hasła.',
    stored: 'Kody są zapisane',
    print: 'Drukuj',
    about: 'Na wypadek utraty telefonu: z hasłem i jednym z tych kodów można zalogować się raz.',
    left: count =>
      count === 0
        ? 'Nie ma kodów zapasowych. Proszę teraz utworzyć nowe.'
        : count === 1
          ? 'Został jeden kod zapasowy. Proszę teraz utworzyć nowe.'
          : count <= 3
            ? `Zostały tylko ${count} kody zapasowe. Proszę wkrótce utworzyć nowe.`
            : `Pozostałe kody zapasowe: ${count}.`,
  },
  browsers: {
    intro: 'Jak można zalogować się bez połączenia.',
    none: days =>
      `Nie ma zapamiętanych przeglądarek. Przy wpisywaniu kodu możemy zapamiętać przeglądarkę na ${days} ${plural(days, 'dzień', 'dni', 'dni')}. Potem wystarczy hasło.`,
    about:
      'W tych przeglądarkach do logowania wystarczy hasło. Przy ważnych zmianach i tak zadzwonimy.',
    thisOne: 'ta przeglądarka',
    remembered: 'Od: {since}, do: {until}.',
    lastUsed: 'Ostatnie użycie: {date}.',
    forget: 'Zapomnij',
    forgetThis: 'Zapomnij: {browser}, od {date}',
    forgetAll: 'Zapomnij wszystkie',
    forgotten: 'Ta przeglądarka nie jest już zapamiętana.',
    allForgotten: 'Przeglądarki nie są już zapamiętane.',
    notRemembered: 'Logowanie się udało, ale nie można było zapamiętać tej przeglądarki.',
  },
  factors: {
    use: { passkey: 'Użyj klucza dostępu', 'app-code': 'Użyj kodu z aplikacji' },
    setUp: { passkey: 'Skonfiguruj klucz dostępu', 'app-code': 'Skonfiguruj aplikację z kodami' },
    about: {
      passkey: 'Działa tylko w tej witrynie, więc fałszywa witryna nie może go użyć.',
      'app-code': 'Nie potrzebuje zasięgu ani numeru.',
    },
    phoneRefused: 'Telefon nie wystarcza na tym koncie, dlatego nie dzwonimy.',
    phoneIsWeaker: 'Telefon to najsłabszy drugi składnik',
    whyWeaker:
      'Ktoś może przejąć numer telefonu. Fałszywa witryna może poprosić o kod i przekazać go dalej. Bez zasięgu żadne połączenie nie dotrze.',
    setUpLater: 'Można je skonfigurować zaraz po zalogowaniu.',
  },
  problem: {
    attemptsLeft: count => `Pozostałe próby: ${count}.`,
    noAttemptsLeft: 'Nie ma już prób dla tego kodu. Proszę zamówić nowy kod.',
    tryAgainIn: 'Czas do następnej próby: {time}.',
    onItsWay: 'Kod jest już w drodze.',
    oneMoment: 'Chwileczkę. Ten kod wysłano dwa razy albo zastąpił go nowszy.',
    nothingChanged: 'Nic się nie zmieniło. Proszę za chwilę spróbować ponownie.',
    reference: 'Numer zgłoszenia',
  },
  nextSteps: {
    'choice-unknown': 'Tylko zwykłe połączenie dociera do telefonu z numerem wewnętrznym.',
    'phone-invalid': 'Aby go poprawić, proszę skontaktować się z pomocą techniczną.',
    'phone-refused': 'Proszę sprawdzić, czy jest osiągalny, albo użyć innego numeru.',
    'destination-blocked':
      'Proszę użyć innego rodzaju numeru lub numeru w innym kraju albo skontaktować się z pomocą techniczną.',
    'call-vetoed': 'Proszę spróbować później albo skontaktować się z pomocą techniczną.',
    locked: 'Aby odblokować konto, proszę skontaktować się z pomocą techniczną.',
  },
  failures: {
    'code-malformed': 'Proszę wpisać kod cyframi, tak jak było słychać.',
    'phone-malformed':
      'Proszę wpisać numer telefonu z numerem kierunkowym kraju, na przykład +1 202 555 0123.',
    'recovery-malformed':
      'Proszę wpisać kod zapasowy tak, jak został pokazany: dziesięć liter i cyfr.',
    'choice-unknown': 'Proszę wybrać jedną z możliwości na stronie.',
    'no-challenge': 'Nie ma kodu do sprawdzenia. Proszę zamówić nowy kod.',
    'code-expired': 'Ten kod stracił ważność. Proszę zamówić nowy kod.',
    'code-wrong': 'Ten kod jest błędny. Proszę go sprawdzić i spróbować ponownie.',
    'recovery-wrong': 'Ten kod zapasowy jest nieprawidłowy.',
    'phone-missing': 'Nie ma zapisanego numeru telefonu.',
    'phone-invalid': 'Zapisany numer telefonu jest nieprawidłowy.',
    'destination-blocked': 'Na takie numery nie możemy dzwonić.',
    'phone-refused': 'Sieć telefoniczna odrzuciła połączenie z tym numerem.',
    'call-vetoed': 'W tej chwili nie możemy zadzwonić na ten numer.',
    'enroll-forbidden':
      'Aby zmienić numer, proszę najpierw potwierdzić kod wysłany na obecny numer.',
    'too-many-attempts': 'Zbyt wiele błędnych kodów. Proszę zamówić nowy kod.',
    'too-many-calls': 'Zbyt wiele połączeń. Przed kolejnym trzeba poczekać.',
    'destination-limited':
      'Na takie numery nie możemy dziś wysłać więcej kodów. Proszę skontaktować się z pomocą techniczną.',
    locked: 'Zbyt wiele błędnych kodów. Przed kolejną próbą trzeba poczekać.',
    reported: 'Ostatnie połączenie zgłoszono jako niechciane. Przed kolejnym trzeba poczekać.',
  },
  errors: {
    unavailable: 'Usługa, której potrzebujemy, nie odpowiada.',
    'queue-full': 'Zbyt wiele połączeń czeka. Proszę spróbować później albo wybrać inną możliwość.',
    'sends-stopped': 'W tej chwili kody nie są wysyłane. Proszę spróbować później.',
  },
  pageFailures: {
    'cross-site':
      'Ten formularz nie pochodził z naszej strony. Nic nie zostało wykonane. Proszę spróbować tutaj.',
    'too-large': 'Formularz był zbyt duży. Proszę spróbować tutaj.',
    'too-slow': 'Połączenie było zbyt wolne. Proszę spróbować tutaj.',
    unreadable: 'Nie można było odczytać formularza. Proszę spróbować tutaj.',
  },
  skip: 'Przejdź do treści',
  otherAccount: 'Użyj innego konta',
}
