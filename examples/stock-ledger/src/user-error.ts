import { isPersistenceError } from '@dynact/persistence'
import { EmbeddedDynamoDBError } from '@dynact/testkit'

/** Something that the user can put right; the message says how. */
export class UserError extends Error {
  override readonly name = 'UserError'
}

const speaksForItself = (error: unknown): error is Error =>
  error instanceof UserError ||
  error instanceof EmbeddedDynamoDBError ||
  isPersistenceError(error) ||
  // The operating system's: EACCES: permission denied, mkdir '/data'
  (error instanceof Error && 'syscall' in error)

/** Prints an error: without a stack trace if its message is enough to act on. */
export const printError = (error: unknown): void => {
  console.error(speaksForItself(error) ? error.message : error)
}
