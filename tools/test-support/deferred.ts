/** A promise to be settled from outside: tests wait for what happens, never for time to pass. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: unknown): void
}

export const deferred = <T = void>(): Deferred<T> => {
  let resolve: (value: T) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  // A test may reject it before anybody waits.
  promise.catch(() => {})
  return { promise, resolve: (value) => resolve(value), reject: (error) => reject(error) }
}
