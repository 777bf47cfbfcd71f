/** What a challenge is good for: to log in, to prove oneself once more, or to store another number. A code for one is worthless for another. */
export type Purpose = 'login' | 'step-up' | 'enroll'
