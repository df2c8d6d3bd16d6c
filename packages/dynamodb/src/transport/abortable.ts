import type { Abortable } from '../attempt-signal.js'

/** Waits for a promise that heeds no signal. @throws the signal's reason, when it aborts first. */
export const abortable = async <T>(promise: Promise<T>, signal: Abortable): Promise<T> => {
  signal.throwIfAborted()
  let abort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort)
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
