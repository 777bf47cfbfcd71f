import type { PageTexts } from './texts.js'

/** French, with "vous". */
export const frFR: PageTexts = {
  language: 'fr-FR',
  errorTitle: title => `Erreur : ${title}`,
  headings: {
    logIn: 'Connectez-vous d’abord',
    confirm: 'Confirmez que c’est bien vous',
    confirmAgain: 'Confirmez que c’est toujours vous',
    addPhone: 'Ajoutez votre téléphone',
    changePhone: 'Changez de téléphone',
    recover: 'Utiliser un code de secours',
    security: 'Sécurité',
    rememberedBrowsers: 'Navigateurs mémorisés',
    recoveryCodes: 'Codes de secours',
    newRecoveryCodes: 'Vos codes de secours',
    pressDigits: 'Décrochez et tapez',
  },
  call: {
    none: { heading: 'Répondez au téléphone', text: 'Nous préparons l’appel.' },
    waiting: {
      heading: 'Votre appel attend son tour',
      text: 'Votre téléphone sonnera dans environ {time}.',
    },
    queued: { heading: 'Répondez au téléphone', text: 'L’appel commence dans quelques secondes.' },
    ringing: { heading: 'Répondez au téléphone', text: 'Votre téléphone sonne. Décrochez.' },
    answered: {
      heading: 'Tapez les deux chiffres',
      text: 'Vous êtes au téléphone. Tapez les chiffres et écoutez le code.',
    },
    listening: {
      heading: 'Écoutez le code',
      text: 'Vous êtes au téléphone. Écoutez le code.',
    },
    completed: {
      heading: 'Saisissez le code',
      text: 'L’appel est terminé. Le code reste valable : saisissez-le ou demandez un autre appel.',
    },
    sent: {
      heading: 'Répondez au téléphone',
      text: 'Votre téléphone va sonner. Décrochez et écoutez le code.',
    },
    busy: {
      heading: 'Nous n’avons pas pu vous joindre',
      text: 'La ligne était occupée. Demandez un autre code ci-dessous.',
    },
    'no-answer': {
      heading: 'Nous n’avons pas pu vous joindre',
      text: 'Personne n’a répondu. Demandez un autre code ci-dessous.',
    },
    failed: {
      heading: 'Nous n’avons pas pu vous joindre',
      text: 'L’appel n’a pas abouti. Demandez un autre code ci-dessous.',
    },
    canceled: {
      heading: 'Nous n’avons pas pu vous joindre',
      text: 'L’appel a été annulé. Demandez un autre code ci-dessous.',
    },
    refused: { heading: 'Vous avez refusé', text: 'Vous avez tapé zéro. Rien n’a été fait.' },
  },
  sms: {
    none: { heading: 'Lisez vos messages', text: 'Nous envoyons le SMS.' },
    sent: {
      heading: 'Lisez vos messages',
      text: 'Le SMS est en route. Saisissez le code qu’il contient.',
    },
  },
  over: {
    expired: {
      heading: 'Demandez un nouveau code',
      text: 'Ce code n’est plus valable. Demandez-en un nouveau ci-dessous.',
    },
    'no-attempts': {
      heading: 'Demandez un nouveau code',
      text: 'Il ne vous reste aucun essai pour le dernier code. Demandez-en un nouveau ci-dessous.',
    },
    reported: {
      heading: 'L’appel a été signalé',
      text: 'La personne qui a répondu a signalé cet appel. Ce code ne fonctionne plus.',
    },
    locked: {
      heading: 'Trop de codes incorrects',
      text: 'D’ici là, aucun code n’est accepté, même correct. Si vous n’avez pas saisi les codes incorrects, quelqu’un connaît votre mot de passe. Changez-le.',
    },
    'too-many-calls': {
      heading: 'Attendez avant le prochain code',
      text: 'Nous limitons les appels vers un même téléphone pour que personne ne soit dérangé.',
    },
    'no-phone': {
      heading: 'Nous n’avons pas votre numéro de téléphone',
      text: 'Contactez l’assistance pour ajouter votre numéro. Nous pourrons alors vous appeler avec un code.',
    },
  },
  changePassword:
    'Si vous ne venez pas de vous connecter, quelqu’un connaît votre mot de passe. Changez-le maintenant.',
  needNotWait: 'Vous n’êtes pas obligé d’attendre : choisissez une autre option ci-dessous.',
  peopleBefore: count =>
    count === 1 ? 'Une personne est avant vous.' : `${count} personnes sont avant vous.`,
  calling: 'Nous appelons le {phone} depuis le {from}.',
  called: 'Nous avons appelé le {phone} depuis le {from}.',
  textSent: 'Nous avons envoyé un code au {phone} depuis le {from}.',
  willCall: 'Nous appellerons le {phone}.',
  willCallOneOf: 'Nous appellerons l’un de vos téléphones.',
  willText: 'Nous enverrons un SMS au {phone}.',
  willTextOneOf: 'Nous enverrons un SMS à l’un de vos téléphones.',
  callInstructions:
    'Décrochez et tapez les deux chiffres que cette page affichera alors. Une voix vous lira un code.',
  callWithoutKeysInstructions: 'Décrochez. Une voix vous lira un code.',
  textInstructions: 'Saisissez le code du message.',
  code: {
    label: 'Code que vous entendez',
    labelText: 'Code du SMS',
    placeholder: digits => `${digits} chiffres`,
    sendsItself: 'Le code est envoyé dès que vous tapez son dernier chiffre.',
    submit: 'Continuer',
    checking: 'Vérification…',
    validFor: 'Valable encore {time}.',
    neverAsked: 'Personne ne vous demandera jamais ce code.',
    refresh: 'Actualisez cette page pour voir l’état de l’appel.',
    timeLeft: 'Le code est encore valable {time}.',
    remember: days => `Mémoriser ce navigateur pendant ${days} jours`,
  },
  ask: {
    whichPhone: 'Quel téléphone ?',
    otherPhone: 'Rien n’est arrivé ? Utilisez',
    phone: 'Téléphone',
    missed: 'Rien n’est arrivé, ou vous l’avez manqué ?',
    callFirst: 'Appelez-moi',
    callAgain: 'Rappelez-moi',
    callInstead: 'Appelez-moi plutôt',
    callWithKeys: 'Appelez-moi, je tape les chiffres',
    callWithoutKeys: 'Appelez-moi, sans chiffres à taper',
    textFirst: 'Envoyez-moi un SMS',
    textAgain: 'Renvoyez-moi un SMS',
    textInstead: 'Envoyez-moi plutôt un SMS',
    textUsual: 'SMS depuis le numéro habituel',
    textOther: 'SMS depuis un autre numéro',
    calling: 'Appel…',
    texting: 'Envoi…',
    otherOptions: 'Autres options',
    cannotUsePhone: 'Je ne peux pas utiliser mon téléphone',
    wait: 'Vous pouvez demander un autre code dans {time}.',
    waitFirst: 'Vous pouvez demander un code dans {time}.',
  },
  phone: {
    label: 'Numéro de téléphone, avec l’indicatif du pays',
    labelAgain: 'Pas d’appel ? Saisissez de nouveau le numéro',
    submit: 'Appeler',
    none: 'Pour vous connecter, il vous faut un téléphone que nous pouvons appeler. Nous n’avons pas encore votre numéro.',
    current: 'Nous appelons maintenant le {phone}.',
    changed: 'Désormais, nous appelons le {phone}.',
  },
  recovery: {
    intro: 'Saisissez l’un de vos codes de secours. Chaque code fonctionne une fois.',
    label: 'Code de secours',
    usePhone: 'Utiliser plutôt le téléphone',
    neither: 'Vous n’avez ni l’un ni l’autre ? Contactez l’assistance.',
    changeNumber: 'Si vous avez perdu votre téléphone, changez de numéro maintenant.',
    beforeMaking:
      'Vous recevez dix codes. Avec chacun, vous pouvez vous connecter une fois sans téléphone. Les anciens codes ne fonctionneront plus.',
    keepSafe:
      'Quiconque a votre mot de passe et l’un de ces codes peut se connecter. Gardez les codes sur papier, loin de votre mot de passe, et non dans votre messagerie.',
    make: 'Créer dix codes',
    makeNew: 'Créer de nouveaux codes',
    writeDown: 'Imprimez-les ou notez-les maintenant.',
    onlyOnce: 'Nous ne les affichons qu’une fois. Les anciens codes ne fonctionnent plus.',
    eachOnce:
      'Chaque code fonctionne une fois, à la place d’un appel. Gardez les codes loin de votre mot de passe.',
    stored: 'Je les ai conservés',
    print: 'Imprimer',
    about:
      'Pour le jour où vous perdez votre téléphone : avec votre mot de passe et l’un de ces codes, vous pouvez vous connecter une fois.',
    left: count =>
      count === 0
        ? 'Vous n’avez aucun code de secours. Créez-en maintenant.'
        : count === 1
          ? 'Il reste un code de secours. Créez-en de nouveaux maintenant.'
          : count <= 3
            ? `Il ne reste que ${count} codes de secours. Créez-en bientôt de nouveaux.`
            : `Il reste ${count} codes de secours.`,
  },
  browsers: {
    intro: 'Comment vous connecter sans appel.',
    none: days =>
      `Aucun navigateur n’est mémorisé. Quand vous saisissez un code, nous pouvons mémoriser le navigateur pendant ${days} jours. Votre mot de passe suffit alors.`,
    about:
      'Dans ces navigateurs, votre mot de passe suffit pour vous connecter. Pour les changements importants, nous vous appelons quand même.',
    thisOne: 'ce navigateur',
    remembered: 'Du {since} au {until}.',
    lastUsed: 'Dernière utilisation : {date}.',
    forget: 'Oublier',
    forgetThis: 'Oublier {browser}, depuis le {date}',
    forgetAll: 'Les oublier tous',
    forgotten: 'Ce navigateur n’est plus mémorisé.',
    allForgotten: 'Vos navigateurs ne sont plus mémorisés.',
    notRemembered: 'Vous êtes connecté, mais ce navigateur n’a pas pu être mémorisé.',
  },
  factors: {
    use: {
      passkey: 'Utiliser votre clé d’accès',
      'app-code': 'Utiliser un code de votre application',
    },
    setUp: {
      passkey: 'Configurer une clé d’accès',
      'app-code': 'Configurer une application de codes',
    },
    about: {
      passkey: 'Elle ne fonctionne que sur ce site : un faux site ne peut pas s’en servir.',
      'app-code': 'Elle n’a besoin ni de réseau ni de numéro.',
    },
    phoneRefused: 'Un téléphone ne suffit pas pour votre compte : nous ne vous appelons donc pas.',
    phoneIsWeaker: 'Le téléphone est le second facteur le plus faible',
    whyWeaker:
      'Quelqu’un peut s’emparer de votre numéro. Un faux site peut vous demander le code et le transmettre. Sans réseau, aucun appel ne vous parvient.',
    setUpLater: 'Vous pourrez les configurer dès que vous serez connecté.',
  },
  problem: {
    attemptsLeft: count =>
      count === 1 ? 'Il vous reste un essai.' : `Il vous reste ${count} essais.`,
    noAttemptsLeft: 'Il ne vous reste aucun essai pour ce code. Demandez un nouveau code.',
    tryAgainIn: 'Vous pouvez réessayer dans {time}.',
    onItsWay: 'Votre code est déjà en route.',
    oneMoment: 'Un instant. Ce code a été envoyé deux fois, ou un code plus récent l’a remplacé.',
    nothingChanged: 'Rien n’a été modifié. Réessayez dans un instant.',
    reference: 'Référence',
  },
  nextSteps: {
    'choice-unknown': 'Seul l’appel ordinaire peut joindre un téléphone avec un numéro de poste.',
    'phone-invalid': 'Contactez l’assistance pour le corriger.',
    'phone-refused': 'Vérifiez qu’il est joignable, ou utilisez un autre numéro.',
    'destination-blocked':
      'Utilisez un autre type de numéro ou un numéro d’un autre pays, ou contactez l’assistance.',
    'call-vetoed': 'Réessayez plus tard, ou contactez l’assistance.',
    locked: 'Contactez l’assistance pour débloquer votre compte.',
  },
  failures: {
    'code-malformed': 'Saisissez le code en chiffres, comme vous l’avez entendu.',
    'phone-malformed':
      'Saisissez le numéro de téléphone avec l’indicatif du pays, par exemple +1 202 555 0123.',
    'recovery-malformed':
      'Saisissez un code de secours tel qu’il a été affiché : dix lettres et chiffres.',
    'choice-unknown': 'Choisissez l’une des options de la page.',
    'no-challenge': 'Il n’y a aucun code à vérifier. Demandez un nouveau code.',
    'code-expired': 'Ce code n’est plus valable. Demandez un nouveau code.',
    'code-wrong': 'Ce code est incorrect. Vérifiez-le et réessayez.',
    'recovery-wrong': 'Ce code de secours n’est pas valable.',
    'phone-missing': 'Aucun numéro de téléphone n’est enregistré.',
    'phone-invalid': 'Le numéro de téléphone enregistré n’est pas valable.',
    'destination-blocked': 'Nous ne pouvons pas appeler ce genre de numéro.',
    'phone-refused': 'Le réseau téléphonique a refusé d’appeler ce numéro.',
    'call-vetoed': 'Nous ne pouvons pas appeler ce numéro pour le moment.',
    'enroll-forbidden':
      'Pour changer de numéro, confirmez d’abord un code envoyé au numéro actuel.',
    'too-many-attempts': 'Trop de codes incorrects. Demandez un nouveau code.',
    'too-many-calls': 'Trop d’appels. Attendez avant d’en demander un autre.',
    'destination-limited':
      'Nous ne pouvons plus envoyer de codes aujourd’hui à des numéros comme le vôtre. Contactez l’assistance.',
    locked: 'Trop de codes incorrects. Attendez avant de réessayer.',
    reported:
      'Le dernier appel a été signalé comme indésirable. Attendez avant d’en demander un autre.',
  },
  errors: {
    unavailable: 'Un service dont nous avons besoin ne répond pas.',
    'queue-full':
      'Trop d’appels sont en attente. Réessayez plus tard, ou choisissez une autre option.',
    'sends-stopped': 'Aucun code n’est envoyé pour le moment. Réessayez plus tard.',
  },
  pageFailures: {
    'cross-site': 'Ce formulaire ne venait pas de notre page. Rien n’a été fait. Réessayez ici.',
    'too-large': 'Le formulaire était trop volumineux. Réessayez ici.',
    'too-slow': 'La connexion était trop lente. Réessayez ici.',
    unreadable: 'Nous n’avons pas pu lire le formulaire. Réessayez ici.',
  },
  skip: 'Aller au contenu',
  otherAccount: 'Utiliser un autre compte',
}
