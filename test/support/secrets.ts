// The secrets of the apps in the tests.
export const secret = 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn'
export const sessionSecret = 'k3Jx9QmZ7vRt2LpW8sYd5BnH4cFg6TqA'
