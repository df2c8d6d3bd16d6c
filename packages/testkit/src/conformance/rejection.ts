import { AssertionError } from 'node:assert'
import { isPersistenceError, type PersistenceError, type PersistenceErrorCode } from '@dynact/persistence'

/**
 * What a call rejects with, or throws.
 *
 * @throws AssertionError it succeeds.
 */
export const rejection = async (what: string, call: () => Promise<unknown>): Promise<unknown> => {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new AssertionError({ message: `${what}: an error was expected, but the call succeeded.` })
}

/**
 * The error of a call that has to fail with one of dynact's errors, by code: `instanceof` fails across duplicate installs.
 *
 * @throws AssertionError it succeeds, or fails with something else.
 */
export const persistenceRejection = async (
  what: string,
  codes: readonly PersistenceErrorCode[] | 'any',
  call: () => Promise<unknown>,
): Promise<PersistenceError> => {
  const error = await rejection(what, call)
  const expected = codes === 'any' ? "one of dynact's errors" : `an error of code ${codes.join(' or ')}`
  if (isPersistenceError(error) && (codes === 'any' || codes.includes(error.code))) return error
  throw new AssertionError({ message: `${what}: ${expected} was expected, but it is: ${error}`, actual: error })
}

/** Nothing was written. */
export const REJECTED = ['WRITE_REJECTED', 'ITEM_TOO_LARGE'] as const
