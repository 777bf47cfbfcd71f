import type { PageTexts } from './texts.js'

/** American English: the model for every other language. */
export const enUS: PageTexts = {
  language: 'en-US',
  errorTitle: title => `Error: ${title}`,
  headings: {
    logIn: 'Log in first',
    confirm: 'Confirm that it is you',
    confirmAgain: 'Confirm that it is still you',
    addPhone: 'Add your phone',
    changePhone: 'Change your phone',
    recover: 'Use a recovery code',
    security: 'Security',
    rememberedBrowsers: 'Remembered browsers',
    recoveryCodes: 'Recovery codes',
    newRecoveryCodes: 'Your recovery codes',
    pressDigits: 'Answer, and press',
  },
  call: {
    none: { heading: 'Answer your phone', text: 'We are setting up the call.' },
    waiting: {
      heading: 'Your call waits for its turn',
      text: 'Your phone rings in about {time}.',
    },
    queued: { heading: 'Answer your phone', text: 'The call starts in a few seconds.' },
    ringing: { heading: 'Answer your phone', text: 'Your phone is ringing. Answer it.' },
    answered: {
      heading: 'Press the two digits',
      text: 'You are on the phone. Press the digits and listen for the code.',
    },
    listening: {
      heading: 'Listen for the code',
      text: 'You are on the phone. Listen for the code.',
    },
    completed: {
      heading: 'Enter the code',
      text: 'The call has ended. The code stays valid: enter it, or ask for another call.',
    },
    sent: {
      heading: 'Answer your phone',
      text: 'Your phone is about to ring. Answer it and listen for the code.',
    },
    busy: {
      heading: 'We did not reach you',
      text: 'The line was busy. Ask for another code below.',
    },
    'no-answer': {
      heading: 'We did not reach you',
      text: 'Nobody answered. Ask for another code below.',
    },
    failed: {
      heading: 'We did not reach you',
      text: 'The call could not be connected. Ask for another code below.',
    },
    canceled: {
      heading: 'We did not reach you',
      text: 'The call was canceled. Ask for another code below.',
    },
    refused: { heading: 'You refused', text: 'You pressed zero. Nothing was done.' },
  },
  sms: {
    none: { heading: 'Read your messages', text: 'We are sending the text message.' },
    sent: {
      heading: 'Read your messages',
      text: 'The text message is on its way. Enter the code from it.',
    },
  },
  over: {
    expired: {
      heading: 'Ask for a new code',
      text: 'This code is no longer valid. Ask for a new one below.',
    },
    'no-attempts': {
      heading: 'Ask for a new code',
      text: 'You have no attempts left for the last code. Ask for a new one below.',
    },
    reported: {
      heading: 'The call was reported',
      text: 'The person who answered reported this call. This code no longer works.',
    },
    locked: {
      heading: 'Too many wrong codes',
      text: 'Until then, no code is accepted, not even a right one. If you did not enter the wrong codes, somebody knows your password. Change it.',
    },
    'too-many-calls': {
      heading: 'Wait before the next code',
      text: 'We limit how often a phone can be called, so that nobody is disturbed.',
    },
    'no-phone': {
      heading: 'We have no phone number for you',
      text: 'Contact support to add your number. Then we can call you with a code.',
    },
  },
  changePassword: 'If you did not just log in, somebody knows your password. Change it now.',
  needNotWait: 'You do not have to wait: choose another option below.',
  peopleBefore: count =>
    count === 1 ? 'One person is ahead of you.' : `${count} people are ahead of you.`,

  calling: 'We are calling {phone} from {from}.',
  called: 'We called {phone} from {from}.',
  textSent: 'We have sent a code to {phone} from {from}.',
  willCall: 'We call {phone}.',
  willCallOneOf: 'We call one of your phones.',
  willText: 'We text {phone}.',
  willTextOneOf: 'We text one of your phones.',
  callInstructions:
    'Answer the phone and press the two digits that this page then shows. A voice reads you a code.',
  callWithoutKeysInstructions: 'Answer the phone. A voice reads you a code.',
  textInstructions: 'Enter the code from the message.',

  code: {
    label: 'Code that you hear',
    labelText: 'Code from the text',
    placeholder: digits => `${digits} digits`,
    sendsItself: 'The code is sent as soon as you have typed its last digit.',
    submit: 'Continue',
    checking: 'Checking…',
    validFor: 'Valid for another {time}.',
    neverAsked: 'Nobody will ever ask you for this code.',
    refresh: 'Refresh this page to see the state of the call.',
    timeLeft: 'The code is valid for another {time}.',
    remember: days => `Remember this browser for ${days} days`,
  },
  ask: {
    whichPhone: 'Which phone?',
    otherPhone: 'Nothing came? Use',
    phone: 'Phone',
    missed: 'Nothing came, or you missed it?',
    callFirst: 'Call me now',
    callAgain: 'Call me again',
    callInstead: 'Call me instead',
    callWithKeys: 'Call me, and I press the digits',
    callWithoutKeys: 'Call me, with no digits to press',
    textFirst: 'Text me now',
    textAgain: 'Text me again',
    textInstead: 'Text me instead',
    textUsual: 'Text me from the usual number',
    textOther: 'Text me from another number',
    calling: 'Calling…',
    texting: 'Sending…',
    otherOptions: 'Other options',
    cannotUsePhone: 'I cannot use my phone',
    wait: 'You can ask for another in {time}.',
    waitFirst: 'You can ask for a code in {time}.',
  },
  phone: {
    label: 'Phone number, with country code',
    labelAgain: 'No call? Enter the number again',
    submit: 'Call it',
    none: 'To log in you need a phone that we can call. We do not have your number yet.',
    current: 'We now call {phone}.',
    changed: 'From now on we call {phone}.',
  },
  recovery: {
    intro: 'Enter one of your stored recovery codes. Each code works once.',
    label: 'Recovery code',
    usePhone: 'Use your phone instead',
    neither: 'No phone and no recovery code? Contact support.',
    changeNumber: 'If you lost your phone, change your number now.',
    beforeMaking:
      'You get ten codes. With each code you can log in once without your phone. Older codes stop working.',
    keepSafe:
      'Anyone who has your password and one of these codes can log in. Keep the codes on paper, away from your password, and not in your mailbox.',
    make: 'Make ten codes',
    makeNew: 'Make new codes',
    writeDown: 'Print them or write them down now.',
    onlyOnce: 'This is the only time that we show them. Older codes no longer work.',
    eachOnce: 'Each code works once, instead of a call. Keep the codes away from your password.',
    stored: 'I have stored them',
    print: 'Print',
    about: 'If you lose your phone, you can log in once with your password and one of these codes.',
    left: count =>
      count === 0
        ? 'You have no recovery codes. Make new ones now.'
        : count === 1
          ? 'One recovery code is left. Make new ones now.'
          : count <= 3
            ? `Only ${count} recovery codes are left. Make new ones soon.`
            : `${count} recovery codes are left.`,
  },
  browsers: {
    intro: 'How you can log in without a call.',
    none: days =>
      `You have no remembered browsers. When you enter a code, you can let us remember the browser for ${days} days. It then needs only your password.`,
    about:
      'In these browsers your password is enough to log in. For important changes we still call you.',
    thisOne: 'this browser',
    remembered: 'Since {since}, until {until}.',
    lastUsed: 'Last used {date}.',
    forget: 'Forget',
    forgetThis: 'Forget {browser}, since {date}',
    forgetAll: 'Forget all of them',
    forgotten: 'This browser is no longer remembered.',
    allForgotten: 'Your browsers are no longer remembered.',
    notRemembered: 'You are logged in, but this browser could not be remembered.',
  },
  factors: {
    use: { passkey: 'Use your passkey', 'app-code': 'Use a code from your app' },
    setUp: { passkey: 'Set up a passkey', 'app-code': 'Set up an app for codes' },
    about: {
      passkey: 'It works on this site only, so a fake site cannot use it.',
      'app-code': 'It needs no signal and no number.',
    },
    phoneRefused: 'A phone is not enough for your account, so we do not call you.',
    phoneIsWeaker: 'A phone is the weakest second factor',
    whyWeaker:
      'Somebody can take over your phone number. A fake site can ask you for the code and pass it on. Without a signal, no call reaches you.',
    setUpLater: 'You can set them up as soon as you are logged in.',
  },
  problem: {
    attemptsLeft: count =>
      count === 1 ? 'You have one attempt left.' : `You have ${count} attempts left.`,
    noAttemptsLeft: 'You have no attempts left for this code. Ask for a new code.',
    tryAgainIn: 'You can try again in {time}.',
    onItsWay: 'Your code is already on its way.',
    oneMoment: 'One moment. This code was sent twice, or a newer code has replaced it.',
    nothingChanged: 'Nothing was changed. Try again in a moment.',
    reference: 'Reference',
  },
  nextSteps: {
    'choice-unknown': 'Only the ordinary call can reach a phone with an extension.',
    'phone-invalid': 'Contact support to correct it.',
    'phone-refused': 'Check that it can be reached, or use another number.',
    'destination-blocked':
      'Use another kind of number or a number in another country, or contact support.',
    'call-vetoed': 'Try again later, or contact support.',
    locked: 'Contact support to unlock your account.',
  },
  failures: undefined,
  errors: undefined,
  pageFailures: {
    'cross-site': 'This form did not come from our own page. Nothing was done. Try again here.',
    'too-large': 'The form was too large. Try again here.',
    'too-slow': 'The connection was too slow. Try again here.',
    unreadable: 'We could not read the form. Try again here.',
  },
  skip: 'Skip to content',
  otherAccount: 'Use another account',
}
