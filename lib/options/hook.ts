/** A function of the app, which may be written for the requests of its own framework: `(req: express.Request) => req.ip`. */
// Written as a method, because only methods may ask for more than they are promised.
export type Hook<Given extends readonly unknown[], Answer> = {
  /** The function itself. */
  hook(...given: Given): Answer
}['hook']
