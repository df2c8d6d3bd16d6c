import { types } from 'node:util'

/** The most asynchronous (de)serializations at once, of one write or one replay. */
const AT_ONCE = 16

/**
 * Gives the results of `work` in the order of the items. Where they are promises, the next ones are started ahead, so that
 * slow serializers (a key service, say) work side by side, but no more than 16 at once if each promise is awaited before the
 * next is asked for. A failure comes up at its item's place; what was started behind it is dropped.
 */
export function* startAhead<T, R>(
  items: readonly T[],
  work: (item: T) => R | Promise<R>,
): Generator<R | Promise<R>, void, undefined> {
  const started: (R | Promise<R>)[] = []
  let next = 0
  while (next < items.length || started.length > 0) {
    while (next < items.length && started.length < AT_ONCE && (started.length === 0 || types.isPromise(started[0])))
      started.push(begin(items[next++] as T, work, started.length > 0))
    yield started.shift() as R | Promise<R>
  }
}

/** @param isAhead - its turn has not come yet: then what it throws has to wait, too. */
const begin = <T, R>(item: T, work: (item: T) => R | Promise<R>, isAhead: boolean): R | Promise<R> => {
  try {
    const result = work(item)
    // Whoever stops at an earlier failure never awaits this one.
    if (types.isPromise(result)) result.catch(() => undefined)
    return result
  } catch (error) {
    if (!isAhead) throw error
    const failed = Promise.reject(error)
    failed.catch(() => undefined)
    return failed
  }
}
