/**
 * What a code is for. A code for one purpose is refused for the others.
 *
 * - `login`: completes the login of a pending user.
 * - `step-up`: a user who is logged in proves the second factor again.
 * - `enroll`: proves a phone that is not on record yet.
 * - `approve`: approves one action whose details the call says, for example a payment.
 */
export type Purpose = 'login' | 'step-up' | 'enroll' | 'approve'
