import { isPersistenceError } from '@dynact/persistence'
import type { WriteEnd } from './observer.js'

/**
 * What a writer is told by the failure of a write.
 *
 * @throws the error, if it is none that a write may end with.
 */
export const endOf = (error: unknown, persistenceId: string): WriteEnd => {
  if (!isPersistenceError(error) || error.persistenceId !== persistenceId) throw error
  if (error.code === 'WRITE_UNCERTAIN') return 'unknown'
  if (error.code === 'WRITE_REJECTED' || error.code === 'FENCED') return 'not written'
  throw error
}
