import { ConflictError, RequestFailedError } from './errors.js'
import type { Item } from './layout/item.js'

/** How a set of inserts ended. */
export interface InsertOutcome {
  /** An item of another writer was found in the place of one of ours. */
  readonly conflict?: Item
  /** The request that failed for good. */
  readonly failure?: RequestFailedError
  /** Is one of the items stored, or may it be? */
  readonly mayBeStored: boolean
}

/** All are stored. */
export const STORED: InsertOutcome = { mayBeStored: true }

/**
 * What an error says of the inserts.
 * @throws what is neither a conflict nor a failed request.
 */
export const outcomeOf = (error: unknown): InsertOutcome => {
  if (error instanceof ConflictError) return { conflict: error.stored, mayBeStored: false }
  if (error instanceof RequestFailedError) return { failure: error, mayBeStored: error.failure.applied === 'unknown' }
  throw error
}

/** The outcome of all together. */
export const merge = (outcomes: readonly InsertOutcome[]): InsertOutcome => {
  const conflict = outcomes.find((outcome) => outcome.conflict !== undefined)?.conflict
  const failure = outcomes.find((outcome) => outcome.failure !== undefined)?.failure
  return {
    ...(conflict !== undefined && { conflict }),
    ...(failure !== undefined && { failure }),
    mayBeStored: outcomes.some(({ mayBeStored }) => mayBeStored),
  }
}
