import type { CancellationReason } from '@aws-sdk/client-dynamodb'
import { FailedAttempt, UnprocessedError } from './errors.js'

/** DynamoDB's codes for the items of a cancelled transaction, as names of its errors. */
const CANCELLATION_ERRORS: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  ItemCollectionSizeLimitExceeded: 'ItemCollectionSizeLimitExceededException',
  ProvisionedThroughputExceeded: 'ProvisionedThroughputExceededException',
  ThrottlingError: 'ThrottlingException',
  TransactionConflict: 'TransactionConflictException',
  ValidationError: 'ValidationException',
}

/** Why DynamoDB cancelled a transaction, item by item; `undefined` if the attempt failed in another way. */
export const cancellationReasons = (error: unknown): readonly CancellationReason[] | undefined => {
  const cause = error instanceof FailedAttempt ? error.cause : undefined
  if (typeof cause !== 'object' || cause === null || !('CancellationReasons' in cause)) return undefined
  return cause.CancellationReasons as readonly CancellationReason[]
}

/** The attempt as it is judged when no condition of its items has failed: by the first item's reason. */
export const cancelledBecause = (reasons: readonly CancellationReason[]): FailedAttempt => {
  const other = reasons.find(({ Code }) => Code !== undefined && Code !== 'None' && Code !== 'ConditionalCheckFailed')
  const name = CANCELLATION_ERRORS[other?.Code ?? ''] ?? 'TransactionConflictException'
  return new FailedAttempt(new UnprocessedError(name, other?.Message ?? 'the transaction was cancelled'))
}
