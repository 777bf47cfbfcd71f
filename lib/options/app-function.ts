/**
 * A function that the app passes to this package. A handler written for the requests of the app's
 * framework fits too: `(user, req: express.Request) => req.ip`.
 *
 * TypeScript compares the parameters of methods in both directions, and those of other functions in
 * one. So the type is that of a method.
 */
export type AppFunction<Given extends readonly unknown[], Result> = {
  /** The function itself. */
  call(...given: Given): Result
}['call']
