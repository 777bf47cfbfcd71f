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
    answer(form).catch(() => {
      button.disabled = false
      status.textContent = isHere
        ? 'Nothing was done. Try again, or choose another option.'
        : otherAddress
    })
  })
}
