import { sliceOf } from '@dynact/dynamodb'
import { checkPersistenceId } from '@dynact/persistence'

/**
 * The slice of an id, from 0 to 1023, as Akka and Pekko compute it: |Java's hashCode mod 1024|.
 * @throws {@link PersistenceError} no journal can hold such an id.
 */
export const sliceForPersistenceId = (persistenceId: string): number => {
  checkPersistenceId(persistenceId)
  return sliceOf(persistenceId)
}
