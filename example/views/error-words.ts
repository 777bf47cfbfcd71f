interface ErrorWords {
  readonly code: string
  readonly title: string
  readonly message: string
}

const words: Readonly<Record<number, ErrorWords>> = {
  400: {
    code: 'malformed',
    title: 'We could not read the request',
    message: 'Go back and try again.',
  },
  403: {
    code: 'form-expired',
    title: 'This form is no longer valid',
    message: 'It was opened too long ago, or in another session. Continue, and fill it in again.',
  },
  404: {
    code: 'not-found',
    title: 'This page does not exist',
    message: 'Check the address, or continue to your account.',
  },
  408: {
    code: 'too-slow',
    title: 'The request took too long',
    message: 'The connection was too slow. Try again.',
  },
  413: {
    code: 'too-large',
    title: 'The request was too large',
    message: 'Go back and send less.',
  },
  415: {
    code: 'unsupported',
    title: 'We could not read the request',
    message: 'Send a form or JSON in UTF-8, without compression.',
  },
  500: {
    code: 'broken',
    title: 'Something went wrong',
    message: 'This is our fault, and we have logged it. Try again in a moment.',
  },
  503: {
    code: 'unavailable',
    title: 'Not available at the moment',
    message:
      'A service that we depend on does not respond, so nobody can log in. Try again in a minute.',
  },
}

/** What everybody may read about an HTTP status. */
export const errorWords = (status: number): ErrorWords =>
  words[status] ?? (words[status < 500 ? 400 : 500] as ErrorWords)
