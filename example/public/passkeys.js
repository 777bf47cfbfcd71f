// Makes and uses passkeys. The form sends the answer of the browser as JSON in one field.

const fromJson = {
  create: options => ({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
  }),
  get: options => ({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
  }),
}

/** Keeps what the server reads, because the form may have 4 kB. */
function shorten({ id, rawId, type, clientExtensionResults, response }) {
  const { clientDataJSON, attestationObject, authenticatorData, signature } = response
  return {
    id,
    rawId,
    type,
    clientExtensionResults: clientExtensionResults ?? {},
    response: { clientDataJSON, attestationObject, authenticatorData, signature },
  }
}

async function answer(form) {
  const kind = form.dataset.passkey
  const body = new URLSearchParams({ _csrf: form.elements._csrf.value })
  const response = await fetch(form.dataset.begin, { method: 'POST', body, cache: 'no-store' })
  // The session ended, or the code is too old: the page says so.
  if (response.redirected || !response.ok) return location.reload()
  const credential = await navigator.credentials[kind](fromJson[kind](await response.json()))
  const input = document.createElement('input')
  Object.assign(input, {
    type: 'hidden',
    name: 'answer',
    value: JSON.stringify(shorten(credential.toJSON())),
  })
  form.append(input)
  form.submit()
}

/**
 * Why the browser gave no passkey, and what to do. It throws `InvalidStateError` if the device has
 * one of the passkeys that the server lists (WebAuthn, 6.3.2).
 */
function explain({ name }, kind) {
  return kind === 'create' && name === 'InvalidStateError'
    ? 'This device already has a passkey for your account, so none was added. Use that passkey, or add one on another device. To replace it, first remove it from the list above.'
    : 'Nothing was done. Try again, or choose another option.'
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  const status = form.querySelector('[role="status"]')
  const button = form.querySelector('button')
  const { host } = form.dataset
  const isHere = location.hostname === host || location.hostname.endsWith(`.${host}`)
  const otherAddress = `Passkeys do not work at this address. Open this site as http://${host}:${location.port}.`
  if (!isHere) status.textContent = otherAddress
  form.addEventListener('submit', event => {
    event.preventDefault()
    button.disabled = true
    status.textContent = 'Follow your device.'
    answer(form).catch(error => {
      button.disabled = false
      status.textContent = isHere ? explain(error, form.dataset.passkey) : otherAddress
    })
  })
}
