import type { PageTexts } from './texts.js'

/** Spanish of Spain, with "usted". */
export const esES: PageTexts = {
  language: 'es-ES',
  errorTitle: title => `Error: ${title}`,
  headings: {
    logIn: 'Inicie sesión primero',
    confirm: 'Confirme que es usted',
    confirmAgain: 'Confirme que sigue siendo usted',
    addPhone: 'Añada su teléfono',
    changePhone: 'Cambie su teléfono',
    recover: 'Use un código de recuperación',
    security: 'Seguridad',
    rememberedBrowsers: 'Navegadores recordados',
    recoveryCodes: 'Códigos de recuperación',
    newRecoveryCodes: 'Sus códigos de recuperación',
    pressDigits: 'Conteste y marque',
  },
  call: {
    none: { heading: 'Conteste al teléfono', text: 'Estamos preparando la llamada.' },
    waiting: {
      heading: 'Su llamada espera su turno',
      text: 'Su teléfono sonará dentro de unos {time}.',
    },
    queued: { heading: 'Conteste al teléfono', text: 'La llamada empieza en unos segundos.' },
    ringing: { heading: 'Conteste al teléfono', text: 'Su teléfono está sonando. Conteste.' },
    answered: {
      heading: 'Marque las dos cifras',
      text: 'Está al teléfono. Marque las cifras y escuche el código.',
    },
    listening: { heading: 'Escuche el código', text: 'Está al teléfono. Escuche el código.' },
    completed: {
      heading: 'Introduzca el código',
      text: 'La llamada ha terminado. El código sigue siendo válido: introdúzcalo o pida otra llamada.',
    },
    sent: {
      heading: 'Conteste al teléfono',
      text: 'Su teléfono está a punto de sonar. Conteste y escuche el código.',
    },
    busy: {
      heading: 'No hemos podido localizarle',
      text: 'La línea estaba ocupada. Pida otro código abajo.',
    },
    'no-answer': {
      heading: 'No hemos podido localizarle',
      text: 'Nadie contestó. Pida otro código abajo.',
    },
    failed: {
      heading: 'No hemos podido localizarle',
      text: 'No se pudo establecer la llamada. Pida otro código abajo.',
    },
    canceled: {
      heading: 'No hemos podido localizarle',
      text: 'La llamada se canceló. Pida otro código abajo.',
    },
    refused: { heading: 'Usted lo rechazó', text: 'Pulsó el cero. No se hizo nada.' },
  },
  sms: {
    none: { heading: 'Lea sus mensajes', text: 'Estamos enviando el mensaje de texto.' },
    sent: {
      heading: 'Lea sus mensajes',
      text: 'El mensaje de texto está en camino. Introduzca el código que contiene.',
    },
  },
  over: {
    expired: {
      heading: 'Pida un código nuevo',
      text: 'Este código ya no es válido. Pida uno nuevo abajo.',
    },
    'no-attempts': {
      heading: 'Pida un código nuevo',
      text: 'No le quedan intentos para el último código. Pida uno nuevo abajo.',
    },
    reported: {
      heading: 'Se denunció la llamada',
      text: 'La persona que contestó denunció esta llamada. El código ya no sirve.',
    },
    locked: {
      heading: 'Demasiados códigos incorrectos',
      text: 'Hasta entonces no se acepta ningún código, ni siquiera el correcto. Si usted no introdujo los códigos incorrectos, alguien conoce su contraseña. Cámbiela.',
    },
    'too-many-calls': {
      heading: 'Espere para pedir otro código',
      text: 'Limitamos las llamadas a cada teléfono para que nadie sea molestado.',
    },
    'no-phone': {
      heading: 'No tenemos su número de teléfono',
      text: 'Póngase en contacto con el servicio de ayuda para añadir su número. Después podremos llamarle con un código.',
    },
  },
  changePassword:
    'Si usted no acaba de iniciar sesión, alguien conoce su contraseña. Cámbiela ahora.',
  needNotWait: 'No tiene que esperar: elija otra opción abajo.',
  peopleBefore: count =>
    count === 1 ? 'Hay una persona antes que usted.' : `Hay ${count} personas antes que usted.`,
  calling: 'Estamos llamando a {phone} desde {from}.',
  called: 'Hemos llamado a {phone} desde {from}.',
  textSent: 'Hemos enviado un código a {phone} desde {from}.',
  willCall: 'Llamaremos a {phone}.',
  willCallOneOf: 'Llamaremos a uno de sus teléfonos.',
  willText: 'Enviaremos un mensaje de texto a {phone}.',
  willTextOneOf: 'Enviaremos un mensaje de texto a uno de sus teléfonos.',
  callInstructions:
    'Conteste y marque las dos cifras que mostrará esta página. Una voz le leerá un código.',
  callWithoutKeysInstructions: 'Conteste. Una voz le leerá un código.',
  textInstructions: 'Introduzca el código del mensaje.',
  code: {
    label: 'Código que oye',
    labelText: 'Código del mensaje',
    placeholder: digits => `${digits} cifras`,
    sendsItself: 'El código se envía en cuanto escriba la última cifra.',
    submit: 'Continuar',
    checking: 'Comprobando…',
    validFor: 'Válido durante {time}.',
    neverAsked: 'Nadie le pedirá nunca este código.',
    refresh: 'Actualice esta página para ver el estado de la llamada.',
    timeLeft: 'Al código le quedan {time} de validez.',
    remember: days => `Recordar este navegador durante ${days} días`,
  },
  ask: {
    whichPhone: '¿Qué teléfono?',
    otherPhone: '¿No llegó nada? Use',
    phone: 'Teléfono',
    missed: '¿No llegó nada, o no pudo contestar?',
    callFirst: 'Llamarme ahora',
    callAgain: 'Llamarme otra vez',
    callInstead: 'Prefiero una llamada',
    callWithKeys: 'Llamarme, y marco las cifras',
    callWithoutKeys: 'Llamarme, sin marcar cifras',
    textFirst: 'Enviarme un mensaje',
    textAgain: 'Enviarme otro mensaje',
    textInstead: 'Prefiero un mensaje de texto',
    textUsual: 'Mensaje desde el número habitual',
    textOther: 'Mensaje desde otro número',
    calling: 'Llamando…',
    texting: 'Enviando…',
    otherOptions: 'Otras opciones',
    cannotUsePhone: 'No puedo usar mi teléfono',
    wait: 'Puede pedir otro código dentro de {time}.',
    waitFirst: 'Puede pedir un código dentro de {time}.',
  },
  phone: {
    label: 'Número de teléfono, con el prefijo del país',
    labelAgain: '¿Ninguna llamada? Escriba el número otra vez',
    submit: 'Llamar',
    none: 'Para iniciar sesión necesita un teléfono al que podamos llamar. Aún no tenemos su número.',
    current: 'Ahora llamamos a {phone}.',
    changed: 'A partir de ahora llamaremos a {phone}.',
  },
  recovery: {
    intro: 'Introduzca uno de sus códigos de recuperación. Cada código sirve una vez.',
    label: 'Código de recuperación',
    usePhone: 'Usar el teléfono',
    neither: '¿No tiene ninguno de los dos? Póngase en contacto con el servicio de ayuda.',
    changeNumber: 'Si perdió su teléfono, cambie ahora su número.',
    beforeMaking:
      'Recibirá diez códigos. Con cada código puede iniciar sesión una vez sin su teléfono. Los códigos anteriores dejarán de servir.',
    keepSafe:
      'Quien tenga su contraseña y uno de estos códigos puede iniciar sesión. Guarde los códigos en papel, lejos de su contraseña y no en su correo.',
    make: 'Crear diez códigos',
    makeNew: 'Crear códigos nuevos',
    writeDown: 'Imprímalos o anótelos ahora.',
    onlyOnce: 'Solo los mostramos esta vez. Los códigos anteriores ya no sirven.',
    eachOnce:
      'Cada código sirve una vez, en lugar de una llamada. Guarde los códigos lejos de su contraseña.',
    stored: 'Los he guardado',
    print: 'Imprimir',
    about:
      'Para el día en que pierda su teléfono: con su contraseña y uno de estos códigos puede iniciar sesión una vez.',
    left: count =>
      count === 0
        ? 'No tiene códigos de recuperación. Cree ahora códigos nuevos.'
        : count === 1
          ? 'Queda un código de recuperación. Cree ahora códigos nuevos.'
          : count <= 3
            ? `Solo quedan ${count} códigos de recuperación. Cree pronto códigos nuevos.`
            : `Quedan ${count} códigos de recuperación.`,
  },
  browsers: {
    intro: 'Cómo puede iniciar sesión sin una llamada.',
    none: days =>
      `No tiene navegadores recordados. Cuando introduzca un código, podemos recordar el navegador durante ${days} días. Entonces bastará con su contraseña.`,
    about:
      'En estos navegadores basta con su contraseña para iniciar sesión. Para los cambios importantes le llamaremos igualmente.',
    thisOne: 'este navegador',
    remembered: 'Desde el {since} hasta el {until}.',
    lastUsed: 'Último uso: {date}.',
    forget: 'Olvidar',
    forgetThis: 'Olvidar {browser}, desde el {date}',
    forgetAll: 'Olvidarlos todos',
    forgotten: 'Este navegador ya no se recuerda.',
    allForgotten: 'Sus navegadores ya no se recuerdan.',
    notRemembered: 'Ha iniciado sesión, pero no se pudo recordar este navegador.',
  },
  factors: {
    use: { passkey: 'Usar su llave de acceso', 'app-code': 'Usar un código de su aplicación' },
    setUp: {
      passkey: 'Configurar una llave de acceso',
      'app-code': 'Configurar una aplicación de códigos',
    },
    about: {
      passkey: 'Solo funciona en este sitio: un sitio falso no puede usarla.',
      'app-code': 'No necesita cobertura ni número.',
    },
    phoneRefused: 'Para su cuenta no basta un teléfono, así que no le llamamos.',
    phoneIsWeaker: 'El teléfono es el segundo factor más débil',
    whyWeaker:
      'Alguien puede apoderarse de su número. Un sitio falso puede pedirle el código y reenviarlo. Sin cobertura, no le llega ninguna llamada.',
    setUpLater: 'Podrá configurarlas en cuanto haya iniciado sesión.',
  },
  problem: {
    attemptsLeft: count => (count === 1 ? 'Le queda un intento.' : `Le quedan ${count} intentos.`),
    noAttemptsLeft: 'No le quedan intentos para este código. Pida un código nuevo.',
    tryAgainIn: 'Puede intentarlo de nuevo dentro de {time}.',
    onItsWay: 'Su código ya está en camino.',
    oneMoment: 'Un momento. Este código se envió dos veces, o lo ha sustituido uno más reciente.',
    nothingChanged: 'No se cambió nada. Inténtelo de nuevo en un momento.',
    reference: 'Referencia',
  },
  nextSteps: {
    'choice-unknown': 'Solo la llamada normal puede llegar a un teléfono con extensión.',
    'phone-invalid': 'Póngase en contacto con el servicio de ayuda para corregirlo.',
    'phone-refused': 'Compruebe que se puede llamar a él, o use otro número.',
    'destination-blocked':
      'Use otro tipo de número o un número de otro país, o póngase en contacto con el servicio de ayuda.',
    'call-vetoed': 'Inténtelo más tarde, o póngase en contacto con el servicio de ayuda.',
    locked: 'Póngase en contacto con el servicio de ayuda para desbloquear su cuenta.',
  },
  failures: {
    'code-malformed': 'Introduzca el código en cifras, tal como lo oyó.',
    'phone-malformed':
      'Introduzca el número de teléfono con el prefijo del país, por ejemplo +1 202 555 0123.',
    'recovery-malformed':
      'Introduzca un código de recuperación tal como se mostró: diez letras y cifras.',
    'choice-unknown': 'Elija una de las opciones de la página.',
    'no-challenge': 'No hay ningún código que comprobar. Pida un código nuevo.',
    'code-expired': 'Este código ya no es válido. Pida un código nuevo.',
    'code-wrong': 'Este código es incorrecto. Compruébelo e inténtelo de nuevo.',
    'recovery-wrong': 'Este código de recuperación no es válido.',
    'phone-missing': 'No hay ningún número de teléfono registrado.',
    'phone-invalid': 'El número de teléfono registrado no es válido.',
    'destination-blocked': 'No podemos llamar a números como este.',
    'phone-refused': 'La red telefónica rechazó la llamada a este número.',
    'call-vetoed': 'De momento no podemos llamar a este número.',
    'enroll-forbidden':
      'Para cambiar su número, confirme primero un código enviado al número actual.',
    'too-many-attempts': 'Demasiados códigos incorrectos. Pida un código nuevo.',
    'too-many-calls': 'Demasiadas llamadas. Espere antes de pedir otra.',
    'destination-limited':
      'Hoy no podemos enviar más códigos a números como el suyo. Póngase en contacto con el servicio de ayuda.',
    locked: 'Demasiados códigos incorrectos. Espere antes de intentarlo de nuevo.',
    reported: 'La última llamada se denunció como no deseada. Espere antes de pedir otra.',
  },
  errors: {
    unavailable: 'Un servicio que necesitamos no responde.',
    'queue-full': 'Hay demasiadas llamadas en espera. Inténtelo más tarde, o elija otra opción.',
    'sends-stopped': 'De momento no se envían códigos. Inténtelo más tarde.',
  },
  pageFailures: {
    'cross-site':
      'Este formulario no procedía de nuestra página. No se hizo nada. Inténtelo de nuevo aquí.',
    'too-large': 'El formulario era demasiado grande. Inténtelo de nuevo aquí.',
    'too-slow': 'La conexión era demasiado lenta. Inténtelo de nuevo aquí.',
    unreadable: 'No pudimos leer el formulario. Inténtelo de nuevo aquí.',
  },
  skip: 'Ir al contenido',
  otherAccount: 'Usar otra cuenta',
}
