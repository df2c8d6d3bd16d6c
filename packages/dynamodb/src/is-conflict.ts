import { classify } from './classify.js'
import { RequestFailedError } from './errors.js'

/** Did DynamoDB refuse a write because its condition does not hold? */
export const isConflict = (error: unknown): boolean =>
  error instanceof RequestFailedError && classify(error.cause).reason === 'conflict'
