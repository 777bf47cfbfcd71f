import type { PageTexts } from './texts.js'

/** Brazilian Portuguese, with "você". */
export const ptBR: PageTexts = {
  language: 'pt-BR',
  errorTitle: title => `Erro: ${title}`,
  headings: {
    logIn: 'Entre primeiro',
    confirm: 'Confirme que é você',
    confirmAgain: 'Confirme que ainda é você',
    addPhone: 'Adicione seu telefone',
    changePhone: 'Troque seu telefone',
    recover: 'Use um código de recuperação',
    security: 'Segurança',
    rememberedBrowsers: 'Navegadores lembrados',
    recoveryCodes: 'Códigos de recuperação',
    newRecoveryCodes: 'Seus códigos de recuperação',
    pressDigits: 'Atenda e digite',
  },
  call: {
    none: { heading: 'Atenda o telefone', text: 'Estamos preparando a ligação.' },
    waiting: {
      heading: 'Sua ligação está na fila',
      text: 'Seu telefone vai tocar em cerca de {time}.',
    },
    queued: { heading: 'Atenda o telefone', text: 'A ligação começa em alguns segundos.' },
    ringing: { heading: 'Atenda o telefone', text: 'Seu telefone está tocando. Atenda.' },
    answered: {
      heading: 'Digite os dois números',
      text: 'Você está ao telefone. Digite os números e ouça o código.',
    },
    listening: { heading: 'Ouça o código', text: 'Você está ao telefone. Ouça o código.' },
    completed: {
      heading: 'Digite o código',
      text: 'A ligação terminou. O código continua válido: digite-o ou peça outra ligação.',
    },
    sent: {
      heading: 'Atenda o telefone',
      text: 'Seu telefone vai tocar. Atenda e ouça o código.',
    },
    busy: {
      heading: 'Não conseguimos falar com você',
      text: 'A linha estava ocupada. Peça outro código abaixo.',
    },
    'no-answer': {
      heading: 'Não conseguimos falar com você',
      text: 'Ninguém atendeu. Peça outro código abaixo.',
    },
    failed: {
      heading: 'Não conseguimos falar com você',
      text: 'A ligação não foi completada. Peça outro código abaixo.',
    },
    canceled: {
      heading: 'Não conseguimos falar com você',
      text: 'A ligação foi cancelada. Peça outro código abaixo.',
    },
    refused: { heading: 'Você recusou', text: 'Você digitou zero. Nada foi feito.' },
  },
  sms: {
    none: { heading: 'Leia suas mensagens', text: 'Estamos enviando a mensagem de texto.' },
    sent: {
      heading: 'Leia suas mensagens',
      text: 'A mensagem de texto está a caminho. Digite o código que ela traz.',
    },
  },
  over: {
    expired: {
      heading: 'Peça um novo código',
      text: 'Este código não vale mais. Peça um novo abaixo.',
    },
    'no-attempts': {
      heading: 'Peça um novo código',
      text: 'Você não tem mais tentativas para o último código. Peça um novo abaixo.',
    },
    reported: {
      heading: 'A ligação foi denunciada',
      text: 'A pessoa que atendeu denunciou esta ligação. O código não funciona mais.',
    },
    locked: {
      heading: 'Códigos errados demais',
      text: 'Até lá, nenhum código é aceito, nem mesmo o certo. Se não foi você quem digitou os códigos errados, alguém sabe sua senha. Troque-a.',
    },
    'too-many-calls': {
      heading: 'Espere pelo próximo código',
      text: 'Limitamos as ligações para um mesmo telefone, para que ninguém seja incomodado.',
    },
    'no-phone': {
      heading: 'Não temos seu número de telefone',
      text: 'Fale com o suporte para adicionar seu número. Depois poderemos ligar com um código.',
    },
  },
  changePassword: 'Se você não acabou de entrar, alguém sabe sua senha. Troque-a agora.',
  needNotWait: 'Você não precisa esperar: escolha outra opção abaixo.',
  peopleBefore: count =>
    count === 1 ? 'Há uma pessoa antes de você.' : `Há ${count} pessoas antes de você.`,
  calling: 'Estamos ligando para {phone} de {from}.',
  called: 'Ligamos para {phone} de {from}.',
  textSent: 'Enviamos um código para {phone} de {from}.',
  willCall: 'Vamos ligar para {phone}.',
  willCallOneOf: 'Vamos ligar para um dos seus telefones.',
  willText: 'Vamos enviar uma mensagem de texto para {phone}.',
  willTextOneOf: 'Vamos enviar uma mensagem de texto para um dos seus telefones.',
  callInstructions:
    'Atenda e digite os dois números que esta página vai mostrar. Uma voz vai ler um código para você.',
  callWithoutKeysInstructions: 'Atenda. Uma voz vai ler um código para você.',
  textInstructions: 'Digite o código da mensagem.',
  code: {
    label: 'Código que você ouve',
    labelText: 'Código da mensagem',
    placeholder: digits => `${digits} números`,
    sendsItself: 'O código é enviado assim que você digita o último número.',
    submit: 'Continuar',
    checking: 'Verificando…',
    validFor: 'Válido por mais {time}.',
    neverAsked: 'Ninguém nunca vai pedir este código a você.',
    refresh: 'Atualize esta página para ver o estado da ligação.',
    timeLeft: 'O código é válido por mais {time}.',
    remember: days => `Lembrar deste navegador por ${days} dias`,
  },
  ask: {
    whichPhone: 'Qual telefone?',
    otherPhone: 'Não chegou nada? Use',
    phone: 'Telefone',
    missed: 'Não chegou nada, ou você perdeu a ligação?',
    callFirst: 'Ligar agora',
    callAgain: 'Ligar de novo',
    callInstead: 'Prefiro uma ligação',
    callWithKeys: 'Ligar, e eu digito os números',
    callWithoutKeys: 'Ligar, sem números para digitar',
    textFirst: 'Enviar mensagem',
    textAgain: 'Enviar mensagem de novo',
    textInstead: 'Prefiro uma mensagem de texto',
    textUsual: 'Mensagem do número de sempre',
    textOther: 'Mensagem de outro número',
    calling: 'Ligando…',
    texting: 'Enviando…',
    otherOptions: 'Outras opções',
    cannotUsePhone: 'Não posso usar meu telefone',
    wait: 'Você pode pedir outro código em {time}.',
    waitFirst: 'Você pode pedir um código em {time}.',
  },
  phone: {
    label: 'Número de telefone, com o código do país',
    labelAgain: 'Nenhuma ligação? Digite o número de novo',
    submit: 'Ligar',
    none: 'Para entrar, você precisa de um telefone para o qual possamos ligar. Ainda não temos seu número.',
    current: 'Hoje ligamos para {phone}.',
    changed: 'De agora em diante ligamos para {phone}.',
  },
  recovery: {
    intro: 'Digite um dos seus códigos de recuperação. Cada código vale uma vez.',
    label: 'Código de recuperação',
    usePhone: 'Usar o telefone',
    neither: 'Não tem nenhum dos dois? Fale com o suporte.',
    changeNumber: 'Se você perdeu seu telefone, troque seu número agora.',
    beforeMaking:
      'Você recebe dez códigos. Com cada um você pode entrar uma vez sem o telefone. Os códigos antigos deixam de valer.',
    keepSafe:
      'Quem tem sua senha e um destes códigos pode entrar. Guarde os códigos em papel, longe da senha e fora do seu e-mail.',
    make: 'Criar dez códigos',
    makeNew: 'Criar novos códigos',
    writeDown: 'Imprima ou anote os códigos agora.',
    onlyOnce: 'Só os mostramos desta vez. Os códigos antigos não valem mais.',
    eachOnce:
      'Cada código vale uma vez, no lugar de uma ligação. Guarde os códigos longe da senha.',
    stored: 'Já guardei',
    print: 'Imprimir',
    about:
      'Para o dia em que você perder o telefone: com sua senha e um destes códigos você pode entrar uma vez.',
    left: count =>
      count === 0
        ? 'Você não tem códigos de recuperação. Crie novos agora.'
        : count === 1
          ? 'Resta um código de recuperação. Crie novos agora.'
          : count <= 3
            ? `Restam só ${count} códigos de recuperação. Crie novos em breve.`
            : `Restam ${count} códigos de recuperação.`,
  },
  browsers: {
    intro: 'Como você pode entrar sem uma ligação.',
    none: days =>
      `Você não tem navegadores lembrados. Quando você digita um código, podemos lembrar do navegador por ${days} dias. Depois basta sua senha.`,
    about:
      'Nestes navegadores sua senha basta para entrar. Para mudanças importantes, ainda ligamos para você.',
    thisOne: 'este navegador',
    remembered: 'De {since} até {until}.',
    lastUsed: 'Último uso: {date}.',
    forget: 'Esquecer',
    forgetThis: 'Esquecer {browser}, desde {date}',
    forgetAll: 'Esquecer todos',
    forgotten: 'Este navegador não é mais lembrado.',
    allForgotten: 'Seus navegadores não são mais lembrados.',
    notRemembered: 'Você entrou, mas não foi possível lembrar deste navegador.',
  },
  factors: {
    use: { passkey: 'Usar sua chave de acesso', 'app-code': 'Usar um código do seu aplicativo' },
    setUp: {
      passkey: 'Configurar uma chave de acesso',
      'app-code': 'Configurar um aplicativo de códigos',
    },
    about: {
      passkey: 'Ela só funciona neste site: um site falso não pode usá-la.',
      'app-code': 'Ele não precisa de sinal nem de número.',
    },
    phoneRefused: 'Um telefone não basta para sua conta, por isso não ligamos para você.',
    phoneIsWeaker: 'O telefone é o segundo fator mais fraco',
    whyWeaker:
      'Alguém pode tomar o seu número. Um site falso pode pedir o código e repassá-lo. Sem sinal, nenhuma ligação chega até você.',
    setUpLater: 'Você pode configurá-los assim que entrar.',
  },
  problem: {
    attemptsLeft: count =>
      count === 1 ? 'Você tem mais uma tentativa.' : `Você tem mais ${count} tentativas.`,
    noAttemptsLeft: 'Você não tem mais tentativas para este código. Peça um novo código.',
    tryAgainIn: 'Você pode tentar de novo em {time}.',
    onItsWay: 'Seu código já está a caminho.',
    oneMoment: 'Um momento. Este código foi enviado duas vezes, ou um mais novo o substituiu.',
    nothingChanged: 'Nada foi alterado. Tente de novo daqui a pouco.',
    reference: 'Referência',
  },
  nextSteps: {
    'choice-unknown': 'Só a ligação comum chega a um telefone com ramal.',
    'phone-invalid': 'Fale com o suporte para corrigi-lo.',
    'phone-refused': 'Confira se ele pode receber ligações, ou use outro número.',
    'destination-blocked':
      'Use outro tipo de número ou um número de outro país, ou fale com o suporte.',
    'call-vetoed': 'Tente mais tarde, ou fale com o suporte.',
    locked: 'Fale com o suporte para desbloquear sua conta.',
  },
  failures: {
    'code-malformed': 'Digite o código em números, como você o ouviu.',
    'phone-malformed':
      'Digite o número de telefone com o código do país, por exemplo +1 202 555 0123.',
    'recovery-malformed':
      'Digite um código de recuperação como foi mostrado: dez letras e números.',
    'choice-unknown': 'Escolha uma das opções da página.',
    'no-challenge': 'Não há código para verificar. Peça um novo código.',
    'code-expired': 'Este código não vale mais. Peça um novo código.',
    'code-wrong': 'Este código está errado. Confira e tente de novo.',
    'recovery-wrong': 'Este código de recuperação não é válido.',
    'phone-missing': 'Não há número de telefone cadastrado.',
    'phone-invalid': 'O número de telefone cadastrado não é válido.',
    'destination-blocked': 'Não podemos ligar para números como este.',
    'phone-refused': 'A rede telefônica recusou a ligação para este número.',
    'call-vetoed': 'No momento não podemos ligar para este número.',
    'enroll-forbidden':
      'Para trocar seu número, confirme primeiro um código enviado ao número atual.',
    'too-many-attempts': 'Códigos errados demais. Peça um novo código.',
    'too-many-calls': 'Ligações demais. Espere antes de pedir outra.',
    'destination-limited':
      'Hoje não podemos enviar mais códigos para números como o seu. Fale com o suporte.',
    locked: 'Códigos errados demais. Espere antes de tentar de novo.',
    reported: 'A última ligação foi denunciada como indesejada. Espere antes de pedir outra.',
  },
  errors: {
    unavailable: 'Um serviço de que precisamos não responde.',
    'queue-full': 'Há ligações demais na fila. Tente mais tarde, ou escolha outra opção.',
    'sends-stopped': 'No momento não são enviados códigos. Tente mais tarde.',
  },
  pageFailures: {
    'cross-site': 'Este formulário não veio da nossa página. Nada foi feito. Tente de novo aqui.',
    'too-large': 'O formulário era grande demais. Tente de novo aqui.',
    'too-slow': 'A conexão estava lenta demais. Tente de novo aqui.',
    unreadable: 'Não conseguimos ler o formulário. Tente de novo aqui.',
  },
  skip: 'Ir para o conteúdo',
  otherAccount: 'Usar outra conta',
}
