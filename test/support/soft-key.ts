// A security key in software: it makes and uses passkeys without a browser.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest()
const bytes = (...parts: readonly (Buffer | number)[]): Buffer =>
  Buffer.concat(parts.map(part => (typeof part === 'number' ? Buffer.of(part) : part)))
const cborText = (text: string): Buffer => bytes(0x60 + text.length, Buffer.from(text))
const cborBytes = (data: Buffer): Buffer => bytes(0x58, data.length, data)

/** One passkey for the example under the name `localhost`. */
export class SoftKey {
  private readonly id = randomBytes(16)
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  private counter = 0

  /** @param url The address of the app, with its port. */
  constructor(private readonly url: string) {}

  /** The same passkey on another site. */
  at(url: string): SoftKey {
    return Object.assign(new SoftKey(url), this, { url })
  }

  /** Another passkey that claims the id of this one. */
  impostor(): SoftKey {
    return Object.assign(new SoftKey(this.url), { id: this.id })
  }

  /** The answer that registers this passkey, as the field `answer` of the form. */
  register(options: string): string {
    const { x = '', y = '' } = this.keys.publicKey.export({ format: 'jwk' })
    // A map of COSE: EC2, ES256, P-256, x and y (RFC 9053, 7.1.1).
    const key = bytes(
      bytes(0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21),
      cborBytes(Buffer.from(x, 'base64url')),
      0x22,
      cborBytes(Buffer.from(y, 'base64url')),
    )
    const credential = bytes(Buffer.alloc(16), 0, this.id.length, this.id, key)
    const data = bytes(this.authenticatorData(0x45), credential)
    const attestationObject = bytes(
      0xa3,
      cborText('fmt'),
      cborText('none'),
      cborText('attStmt'),
      0xa0,
      cborText('authData'),
      cborBytes(data),
    )
    return this.answer(this.clientData('webauthn.create', options), {
      attestationObject: attestationObject.toString('base64url'),
    })
  }

  /** The answer that logs in with this passkey. */
  use(options: string): string {
    const clientData = this.clientData('webauthn.get', options)
    const authenticatorData = this.authenticatorData(0x05)
    const signed = bytes(authenticatorData, sha256(clientData))
    return this.answer(clientData, {
      authenticatorData: authenticatorData.toString('base64url'),
      signature: sign('sha256', signed, this.keys.privateKey).toString('base64url'),
    })
  }

  private authenticatorData(flags: number): Buffer {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(++this.counter)
    return bytes(sha256('localhost'), flags, counter)
  }

  private clientData(type: string, options: string): Buffer {
    const { challenge } = JSON.parse(options) as { readonly challenge: string }
    const origin = this.url.replace('127.0.0.1', 'localhost')
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  }

  private answer(clientData: Buffer, response: object): string {
    const id = this.id.toString('base64url')
    const clientDataJSON = clientData.toString('base64url')
    return JSON.stringify({
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      response: { clientDataJSON, ...response },
    })
  }
}
