import { checkPersistenceId } from '@dynact/persistence'

/** Can a journal hold such an id? A poke of another process may name anything. */
export const isPersistenceId = (persistenceId: unknown): boolean => {
  try {
    checkPersistenceId(persistenceId)
    return true
  } catch {
    return false
  }
}
