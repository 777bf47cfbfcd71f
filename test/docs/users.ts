/** A user in the database of the app. */
export interface User {
  readonly id: string
  readonly name: string
  /** With its country code; `null` if the user has no number. */
  readonly phone: string | null
}

// This list stands for your database.
const people: readonly (User & { readonly password: string })[] = [
  { id: '1', name: 'alice', phone: '+12025550123', password: 'correct horse battery staple' },
  { id: '2', name: 'dave', phone: null, password: 'correct horse battery staple' },
]

export async function findById(id: string): Promise<User | undefined> {
  return people.find(person => person.id === id)
}

export async function findByPassword(name: string, password: string): Promise<User | undefined> {
  return people.find(person => person.name === name && person.password === password)
}
