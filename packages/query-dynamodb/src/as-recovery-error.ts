import { RequestFailedError } from '@dynact/dynamodb'
import { RecoveryError } from '@dynact/persistence'

/** Names the table and what to do, where a request has failed. */
export const asRecoveryError = (table: string, what: string, error: unknown): unknown =>
  error instanceof RequestFailedError
    ? new RecoveryError(`${what} in table ${table} can't be read: ${error.message}`, { cause: error })
    : error
