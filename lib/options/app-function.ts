/**
 * A function that the app passes to this package. A handler written for the requests of the app's
 * framework fits too: `(user, req: express.Request) => req.ip`.
 *
 * The type is taken from a method, because TypeScript compares the parameters of methods less
 * strictly than those of other functions.
 */
export type AppFunction<Given extends readonly unknown[], Result> = {
  /** The function itself. */
  call(...given: Given): Result
}['call']
