import { setImmediate as nextTurn } from 'node:timers/promises'

/** How long a replay may keep the event loop, in milliseconds. A journal that answers from memory would never let go of it. */
const MAX_SLICE_MS = 10

/** When the event loop last had its turn, as far as is known here. All replays share it: many short ones starve it too. */
let since = performance.now()

/**
 * Keeps long loops from starving everything else: call it at every step, and await what it returns.
 *
 * @returns a promise of `true` when the slice is used up, and `undefined` otherwise.
 */
export const breathe = (): Promise<true> | undefined => {
  if (performance.now() - since < MAX_SLICE_MS) return undefined
  return nextTurn().then(() => {
    since = performance.now()
    return true
  })
}
