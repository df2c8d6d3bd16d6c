import { setImmediate as nextTurn } from 'node:timers/promises'

/** How long a replay may keep the event loop, in milliseconds. A journal that answers from memory would never let go of it. */
const MAX_SLICE_MS = 10

/**
 * Keeps a long loop from starving everything else: call it at every step, and await what it returns.
 *
 * @returns a function that gives a promise of `true` when the slice is used up, and `undefined` otherwise.
 */
export const breather = (): (() => Promise<true> | undefined) => {
  let since = performance.now()
  return () => {
    if (performance.now() - since < MAX_SLICE_MS) return undefined
    return nextTurn().then(() => {
      since = performance.now()
      return true
    })
  }
}
