import {
  ConditionalCheckFailedException,
  DuplicateItemException,
  DynamoDBServiceException,
  IdempotentParameterMismatchException,
  InternalServerError,
  InvalidEndpointException,
  ItemCollectionSizeLimitExceededException,
  ProvisionedThroughputExceededException,
  ReplicatedWriteConflictException,
  RequestLimitExceeded,
  ResourceNotFoundException,
  ThrottlingException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb'

/** The SDK's classes for the errors of the data plane, so that `instanceof` holds; others have the base class, as there. */
const CLASSES = new Map(
  Object.entries({
    ConditionalCheckFailedException,
    DuplicateItemException,
    IdempotentParameterMismatchException,
    InternalServerError,
    InvalidEndpointException,
    ItemCollectionSizeLimitExceededException,
    ProvisionedThroughputExceededException,
    ReplicatedWriteConflictException,
    RequestLimitExceeded,
    ResourceNotFoundException,
    ThrottlingException,
    TransactionCanceledException,
    TransactionConflictException,
    TransactionInProgressException,
  }),
)

/** What an HTTP answer says of itself; `clockSkewCorrected` as the SDK tells it: sign and send it again. */
export interface ResponseMetadata {
  readonly httpStatusCode: number
  readonly requestId?: string
  readonly attempts: 1
  clockSkewCorrected?: true
}

/**
 * The error that DynamoDB answered with, as the SDK would throw it; undefined when the answer names none.
 *
 * @param answer - the parsed body, binaries decoded.
 */
export const serviceError = (
  answer: Readonly<Record<string, unknown>>,
  $metadata: ResponseMetadata,
): DynamoDBServiceException | undefined => {
  const { message, Message, ...facts } = answer
  const type = facts['__type']
  if (typeof type !== 'string') return undefined
  // com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException
  const name = type.slice(type.indexOf('#') + 1)
  const $fault = $metadata.httpStatusCode >= 500 ? 'server' : 'client'
  const text = String(message ?? Message ?? 'UnknownError')
  const Class = CLASSES.get(name)
  const error =
    Class === undefined
      ? new DynamoDBServiceException({ name, $fault, $metadata, message: text })
      : new Class({ $metadata, message: text, CancellationReasons: undefined })
  return Object.assign(error, facts)
}
