/** Resolves after some milliseconds. @internal */
export const delay = (milliseconds: number): Promise<void> =>
  new Promise(resolve => {
    setTimeout(resolve, milliseconds)
  })

/**
 * Resolves or rejects as `work` does, or rejects with `createError()` after `milliseconds`. A
 * dependency that hangs must not keep a login waiting for ever. `work` itself goes on; its late
 * result is ignored.
 * @internal
 */
export function withDeadline<T>(
  work: PromiseLike<T>,
  milliseconds: number,
  createError: () => Error,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(createError())
    }, milliseconds)
    work.then(
      value => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
