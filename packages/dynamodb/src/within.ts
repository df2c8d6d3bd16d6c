import { onAbort } from './abort-listeners.js'
import { type Abortable, AttemptSignal } from './attempt-signal.js'
import { TimeoutError } from './errors.js'

/**
 * Runs a task for so long at most. Neither the deadline nor the signal is waited for in vain: the promise settles then, even if
 * the task does not heed the signal that it is given, as a provider of credentials may not.
 *
 * @param ms - milliseconds.
 * @throws what the task throws; {@link TimeoutError} after `ms`; the signal's reason when it aborts.
 */
export const within = <T>(
  ms: number,
  signal: AbortSignal | undefined,
  task: (signal: Abortable) => Promise<T>,
): Promise<T> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const ended = new AttemptSignal()
    const giveUp = (reason: unknown) => {
      release()
      reject(reason)
      ended.abort(reason)
    }
    const timer = setTimeout(() => giveUp(new TimeoutError(`no answer within ${Math.ceil(ms)} ms`)), ms)
    const detach = signal === undefined ? undefined : onAbort(signal, () => giveUp(signal.reason))
    // Left to themselves, timer and listener would keep the answer in memory until the deadline.
    const release = () => {
      clearTimeout(timer)
      detach?.()
    }
    task(ended).then(
      (result) => {
        release()
        resolve(result)
      },
      (error) => {
        release()
        reject(error)
      },
    )
  })
