import { expect, test } from 'vitest'
import { alice, place, sendXml, startApp, startSimulator } from './support.js'

/** Answers a call whose app responds with this document. Returns the call. */
async function callWith(xml: string | Buffer, contentType?: string) {
  const [simulator, app] = [await startSimulator(), await startApp()]
  app.responses['/open'] = (_, res) => {
    sendXml(res, xml as string, contentType)
  }
  simulator.setPhone(alice, 'answers')
  const sid = await place(simulator, `${app.url}/open`)
  await simulator.idle()
  return { app, simulator, call: simulator.call(sid)! }
}

const say = (attributes: string, text = 'Hello') =>
  `<Response><Say${attributes}>${text}</Say></Response>`
const gather = (attributes: string, inside = '') =>
  `<Response><Gather action="http://127.0.0.1:9/keys"${attributes}>${inside}</Gather></Response>`

test.each([
  ['nothing', '', 'the response is empty'],
  ['white space', ' \n', 'the response is empty'],
  ['text', 'Hello', 'not well-formed'],
  ['HTML', '<html><body>Oops</body></html>', 'the root is <html>'],
  ['a root in small letters', '<response><Hangup/></response>', 'the root is <response>'],
  [
    'a root with an attribute',
    '<Response version="1"><Hangup/></Response>',
    "<Response> has no attribute 'version'",
  ],
  ['two roots', '<Response><Hangup/></Response><Response/>', 'not well-formed'],
  ['text after the root', '<Response><Hangup/></Response>x', 'not well-formed'],
  ['an unclosed verb', '<Response><Say>Hello</Response>', 'not well-formed'],
  ['a bare ampersand', say('', 'You & me'), 'not well-formed'],
  ['an entity of its own', say('', '&nbsp;'), 'not well-formed'],
  ['an attribute twice', say(' voice="man" voice="woman"'), 'not well-formed'],
  ['stray text', '<Response>Hello<Hangup/></Response>', "text in <Response>: 'Hello'"],
  ['stray text in a Gather', gather('', 'Hello'), 'text in <Gather>'],
  ['stray CDATA', '<Response><![CDATA[Hello]]><Hangup/></Response>', 'text in <Response>'],
  ['a DOCTYPE', '<!DOCTYPE Response><Response><Hangup/></Response>', 'LaML has no DOCTYPE'],
  [
    'an external entity',
    '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><Response><Say>&x;</Say></Response>',
    'LaML has no DOCTYPE',
  ],
  [
    'a processing instruction',
    '<Response><?php x?><Hangup/></Response>',
    'LaML has no processing instruction <?php?>',
  ],
  [
    'another encoding',
    '<?xml version="1.0" encoding="ISO-8859-1"?><Response><Hangup/></Response>',
    'the encoding is ISO-8859-1',
  ],
  ['a verb in small letters', '<Response><say>Hello</say></Response>', '<say> is not a verb'],
  ['a verb nobody knows', '<Response><Shout>Hello</Shout></Response>', '<Shout> is not a verb'],
  ['a verb of the prototype', '<Response><constructor/></Response>', '<constructor> is not a verb'],
  ['Dial', '<Response><Dial>+19005551234</Dial></Response>', '<Dial> is not simulated'],
  ['a verb in a Say', say('', '<Hangup/>'), '<Hangup> is not allowed in <Say>'],
  ['SSML', say('', '<break time="1s"/>'), 'SSML is not simulated: <break>'],
  [
    'a Gather in a Gather',
    gather('', '<Gather action="http://127.0.0.1:9/"/>'),
    '<Gather> is not allowed in <Gather>',
  ],
  ['a Hangup in a Gather', gather('', '<Hangup/>'), '<Hangup> is not allowed in <Gather>'],
  [
    'a Response in a Response',
    '<Response><Response/></Response>',
    '<Response> is not allowed in <Response>',
  ],
  ['a misspelt attribute', say(' Voice="man"'), "<Say> has no attribute 'Voice'"],
  [
    'an attribute of another verb',
    '<Response><Hangup reason="busy"/></Response>',
    "<Hangup> has no attribute 'reason'",
  ],
  ['an empty Say', say('', ''), '<Say> has no text'],
  ['a Say of white space', say('', ' \n '), '<Say> has no text'],
  ['4097 characters', say('', 'x'.repeat(4097)), '<Say> has 4097 characters'],
  ['loop -1', say(' loop="-1"'), '<Say loop="-1">'],
  ['an empty voice', say(' voice=""'), '<Say voice="">'],
  ['a pause of 0 seconds', '<Response><Pause length="0"/></Response>', '<Pause length="0">'],
  ['half a second', '<Response><Pause length="0.5"/></Response>', '<Pause length="0.5">'],
  ['a pause of 61 seconds', '<Response><Pause length="61"/></Response>', '<Pause length="61">'],
  ['a relative action', '<Response><Gather action="/keys"/></Response>', "<Gather action> '/keys'"],
  [
    'an action without http',
    '<Response><Gather action="ftp://acme.example/"/></Response>',
    "<Gather action> 'ftp://acme.example/'",
  ],
  ['a method in small letters', gather(' method="post"'), '<Gather method="post">'],
  ['speech', gather(' input="dtmf speech"'), '<Gather input="dtmf speech">'],
  ['no digits', gather(' numDigits="0"'), '<Gather numDigits="0">'],
  ['no time', gather(' timeout="0"'), '<Gather timeout="0">'],
  ['a finishing key that no phone has', gather(' finishOnKey="A"'), '<Gather finishOnKey="A">'],
  ['actionOnEmptyResult 1', gather(' actionOnEmptyResult="1"'), 'actionOnEmptyResult="1"'],
  ['hints for speech', gather(' hints="one"'), '<Gather hints> is not simulated'],
  [
    'a connection override',
    '<Response><Redirect>https://acme.example/#ct=1000</Redirect></Response>',
    'connection overrides are not simulated',
  ],
  ['a relative Redirect', '<Response><Redirect>/next</Redirect></Response>', "<Redirect> '/next'"],
  ['a Play of nothing', '<Response><Play/></Response>', "<Play> ''"],
])('%s in a document ends the call, and the error says why', async (_, xml, reason) => {
  const { call, app } = await callWith(xml)
  expect(call.error).toMatch(/^the webhook http.* got a wrong response: .* \(error 12100\)$/s)
  expect(call.error).toContain(reason)
  expect(call).toMatchObject({ status: 'completed', heard: ['An application error has occurred.'] })
  expect(call.transcript).toEqual([
    { kind: 'error', message: call.error },
    { kind: 'say', text: 'An application error has occurred.', voice: null, language: null },
    { kind: 'hangup', by: 'caller' },
  ])
  expect(app.received).toHaveLength(1)
})

test.each([
  ['application/xml', null],
  ['text/xml; charset=utf-8', null],
  ['Application/XML', null],
  [
    'text/html',
    "content type of the response is 'text/html': application/xml or text/xml (error 12300)",
  ],
  ['application/json', 'content type'],
  ['', 'content type'],
])('a document with the content type %j: %s', async (contentType, reason) => {
  const { call } = await callWith(say(''), contentType)
  if (reason === null) expect(call.error).toBeNull()
  else expect(call.error).toContain(reason)
})

test('a document that is not UTF-8 ends the call', async () => {
  const { call } = await callWith(Buffer.from([0x3c, 0xff]))
  expect(call.error).toContain('the response is not UTF-8')
})

test('a document may have 64 kB, and not a byte more', async () => {
  const padded = (length: number) => say('').padEnd(length)
  expect((await callWith(padded(65_536))).call).toMatchObject({ error: null, heard: ['Hello'] })
  expect((await callWith(padded(65_537))).call.error).toContain('over 64 kB (error 11750)')
})

test('a call performs every verb and attribute that is simulated', async () => {
  const { call } = await callWith(`\uFEFF<?xml version="1.0" encoding="utf-8"?>
    <Response>
      <!-- comments are allowed --><Pause/><Pause length="60"/>
      <Say voice="Polly.Joanna" language="en-US" loop="2"> Caf\u00e9 &lt;1&gt; &amp; &#x4E2D;<![CDATA[ <b>]]> </Say>
      <Play loop="1">https://acme.example/gong.wav</Play>
      <Say>${'x'.repeat(4096)}</Say>
      <Hangup/>
      <Say>never heard</Say>
    </Response>`)
  expect(call.error).toBeNull()
  expect(call.heard).toEqual([
    'Caf\u00e9 <1> & \u4E2D <b>',
    'Caf\u00e9 <1> & \u4E2D <b>',
    'x'.repeat(4096),
  ])
  expect(call.transcript).toEqual([
    { kind: 'pause', seconds: 1 },
    { kind: 'pause', seconds: 60 },
    { kind: 'say', text: 'Caf\u00e9 <1> & \u4E2D <b>', voice: 'Polly.Joanna', language: 'en-US' },
    { kind: 'say', text: 'Caf\u00e9 <1> & \u4E2D <b>', voice: 'Polly.Joanna', language: 'en-US' },
    { kind: 'play', url: 'https://acme.example/gong.wav' },
    { kind: 'say', text: 'x'.repeat(4096), voice: null, language: null },
    { kind: 'hangup', by: 'caller' },
  ])
  expect(call.durationMs).toBe(1000 + 60_000 + 2 * (300 + 65 * 16) + 3000 + 300 + 65 * 4096)
})

test('a document with over 10,000 lines ends the call', async () => {
  const { call } = await callWith(`<Response>${'<Say loop="1000">a</Say>'.repeat(20)}</Response>`)
  expect(call.error).toBe('over 10000 lines in one call')
})

test.each(['<Response/>', '<Response></Response>', '<Response> <!-- nothing --> </Response>'])(
  'the empty document %s ends the call without an error',
  async xml => {
    expect((await callWith(xml)).call).toMatchObject({
      status: 'completed',
      error: null,
      heard: [],
    })
  },
)

test('a Play without loop plays once', async () => {
  const { call } = await callWith('<Response><Play>https://acme.example/gong.wav</Play></Response>')
  expect(call.transcript).toEqual([
    { kind: 'play', url: 'https://acme.example/gong.wav' },
    { kind: 'hangup', by: 'caller' },
  ])
})
