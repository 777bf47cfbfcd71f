// Why a user cannot get in, and what to do next, in sentences. Values replace names in braces.

/** Why a user cannot get in, and what support can do. */
export interface Reason {
  /** What keeps the user out, as a sentence. */
  readonly problem: string
  /** What support or the user can do about it: one or more sentences. */
  readonly advice: string
}

/** What keeps a user out, whatever became of the last code. @internal */
export const reasons = {
  locked: {
    problem:
      'The account is locked until somebody unlocks it: {count} wrong codes without a right one.',
    advice: 'Make sure who is calling. Then unlock the account.',
  },
  lockedOut: {
    problem: 'Too many wrong codes: the user is locked out {until}.',
    advice: 'The user can wait, or you unlock the account after you made sure who is calling.',
  },
  factorLockedOut: {
    problem: 'Too many failed attempts with the factor {factor}: it is locked out {until}.',
    advice: 'The user can log in with another factor, or you unlock the account.',
  },
  reported: {
    problem: 'Somebody answered a call and pressed “this was not me”. We place no calls {until}.',
    advice:
      'Somebody else may know the password. The user changes it first, and then you unlock the account.',
  },
  sendsStopped: {
    problem: 'The people who run the app have stopped all calls and texts.',
    advice:
      'The user can use a recovery code, if any are left, or waits until calls are allowed again.',
  },
} satisfies Record<string, Reason>

/** Why there is no number to call, and what support can do. @internal */
export const noPhone = {
  problem: {
    missing: 'The user has no phone number on record, so we have nothing to call.',
    reset: 'The factors were reset, and the user has not proved a phone number since.',
  },
  advice: {
    mayEnroll:
      'At the next login the page asks for a number. The user enters one and proves it by a call.',
    mayNotEnroll: 'This user may not add a number. Allow that on the account first.',
  },
}

/** The advice for a user who can ask for a code. @internal */
export const newCode = 'The user can ask for a new code {next}.'

/** What was in the way is over: a wait, a report. @internal */
export const nothingAnyMore: Reason = {
  problem: 'Nothing here keeps the user out any more.',
  advice: newCode,
}

/** There is no trail, or its store did not respond. @internal */
export const nothingKnown: Reason = {
  problem: 'Nothing here keeps the user out. The last codes are not known.',
  advice: 'Does the user get past the password?',
}

/** The user has asked for no code. @internal */
export const nothingAsked: Reason = {
  problem: 'Nothing here keeps the user out, and no code was asked for recently.',
  advice: 'Does the user get past the password?',
}
