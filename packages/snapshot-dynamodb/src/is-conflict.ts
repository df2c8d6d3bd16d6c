import { classify, RequestFailedError } from '@dynact/dynamodb'

/** Did DynamoDB refuse a write because its condition does not hold? */
export const isConflict = (error: unknown): boolean =>
  error instanceof RequestFailedError && classify(error.cause).reason === 'conflict'
