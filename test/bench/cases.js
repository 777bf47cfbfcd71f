/**
 * Every case: the file and function that makes its app, the status that each response must have,
 * what it is measured against, and the goal for that ratio, if there is one. `requests` = how many
 * in one timed run.
 */
export const cases = [
  { name: 'form + session written', made: 'limits.js#sessionWritten', status: 401 },
  {
    name: 'form + session regenerated and saved',
    made: 'limits.js#sessionRegenerated',
    status: 302,
  },
  { name: 'form + static XML', made: 'limits.js#staticXml', status: 200 },
  { name: 'page without enforce()', made: 'ours.js#plainPage', status: 200 },
  { name: 'static status as JSON', made: 'limits.js#staticStatus', status: 200 },
  {
    name: 'call by hand',
    made: 'limits.js#callByHand',
    status: 302,
    requests: 400,
    needsSpace: true,
  },

  {
    name: 'wrong code',
    made: 'ours.js#wrongCode',
    status: 401,
    against: 'form + session written',
  },
  {
    name: 'right code',
    made: 'ours.js#rightCode',
    status: 302,
    against: 'form + session regenerated and saved',
  },
  {
    name: 'page with enforce()',
    made: 'ours.js#enforcedPage',
    status: 200,
    against: 'page without enforce()',
    goal: 0.97,
  },
  {
    name: 'LaML, first document',
    made: 'ours.js#firstDocument',
    status: 200,
    against: 'form + static XML',
  },
  {
    name: 'LaML, second document',
    made: 'ours.js#secondDocument',
    status: 200,
    against: 'form + static XML',
  },
  {
    name: 'status()',
    made: 'ours.js#statusPoll',
    status: 200,
    against: 'static status as JSON',
    goal: 0.95,
  },
  {
    name: 'call request',
    made: 'ours.js#callRequest',
    status: 302,
    requests: 400,
    needsSpace: true,
    against: 'call by hand',
    goal: 0.85,
  },

  {
    name: 'wrong code by hand',
    made: 'by-hand.js#wrongCode',
    status: 401,
    against: 'form + session written',
  },
  {
    name: 'right code by hand',
    made: 'by-hand.js#rightCode',
    status: 302,
    against: 'form + session regenerated and saved',
  },
  { name: 'LaML by hand', made: 'by-hand.js#document', status: 200, against: 'form + static XML' },
  {
    name: 'wrong code, beside by hand',
    made: 'ours.js#wrongCode',
    status: 401,
    against: 'wrong code by hand',
    goal: 0.95,
  },
  {
    name: 'right code, beside by hand',
    made: 'ours.js#rightCode',
    status: 302,
    against: 'right code by hand',
    goal: 0.95,
  },
  {
    name: 'LaML, beside by hand',
    made: 'ours.js#firstDocument',
    status: 200,
    against: 'LaML by hand',
    goal: 0.95,
  },

  {
    name: 'passport-local, wrong',
    made: 'peers.js#localWrong',
    status: 401,
    against: 'form + session written',
  },
  {
    name: 'passport-local, right',
    made: 'peers.js#localRight',
    status: 302,
    against: 'form + session regenerated and saved',
  },
  {
    name: 'passport-totp, wrong',
    made: 'peers.js#totpWrong',
    status: 401,
    against: 'form + session written',
  },
  {
    name: 'passport-totp, right',
    made: 'peers.js#totpRight',
    status: 302,
    against: 'form + session regenerated and saved',
  },
  {
    name: 'better-auth, wrong',
    made: 'better-auth.js#betterAuthWrong',
    status: 401,
    requests: 100,
    against: 'form + session written',
  },
  {
    name: 'better-auth, right',
    made: 'better-auth.js#betterAuthRight',
    status: 200,
    requests: 100,
    against: 'form + session regenerated and saved',
  },
  {
    name: 'VoiceResponse per request',
    made: 'peers.js#voiceResponse',
    status: 200,
    against: 'form + static XML',
  },
  {
    name: 'wrong code, beside passport-totp',
    made: 'ours.js#wrongCode',
    status: 401,
    against: 'passport-totp, wrong',
  },
]

export const caseNamed = name => cases.find(each => each.name === name)
