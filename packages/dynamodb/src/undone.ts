/**
 * Part of a batch that DynamoDB answered but did not carry out: told as one of its errors, so that it is judged, counted and
 * logged like a request that failed.
 */
import type { BatchStatementError, BatchStatementResponse } from '@aws-sdk/client-dynamodb'
import { classify } from './classify.js'
import { UnprocessedError } from './errors.js'
import type { OperationName, Operations } from './transport/transport.js'

/** DynamoDB's codes for single statements, as names of its errors. */
const STATEMENT_ERRORS: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  DuplicateItem: 'DuplicateItemException',
  InternalServerError: 'InternalServerError',
  ItemCollectionSizeLimitExceeded: 'ItemCollectionSizeLimitExceededException',
  ProvisionedThroughputExceeded: 'ProvisionedThroughputExceededException',
  RequestLimitExceeded: 'RequestLimitExceeded',
  ResourceNotFound: 'ResourceNotFoundException',
  ThrottlingError: 'ThrottlingException',
  TransactionConflict: 'TransactionConflictException',
  ValidationError: 'ValidationException',
}

/** What a batch left undone. */
export interface Undone {
  /** How many items. */
  readonly items: number
  /** Why: of several reasons one that is not another writer's item. */
  readonly error: UnprocessedError
}

/** DynamoDB leaves part of a batch undone when it is throttled or the answer grows too large. */
export const unprocessed = (count: number, what: string): UnprocessedError =>
  new UnprocessedError('ProvisionedThroughputExceededException', `${count} ${what} left unprocessed`)

const statementError = (error: BatchStatementError | undefined): UnprocessedError =>
  new UnprocessedError(
    STATEMENT_ERRORS[error?.Code ?? ''] ?? 'UnknownStatementError',
    error?.Message ?? 'a statement was left without an answer',
  )

/** Why a statement of a batch was not carried out; undefined when it was. */
export const errorOfStatement = (response: BatchStatementResponse | undefined): UnprocessedError | undefined =>
  response !== undefined && response.Error === undefined ? undefined : statementError(response?.Error)

const countOf = (lists: Readonly<Record<string, unknown[]>>): number => Object.values(lists).flat().length

type FindUndone<O extends OperationName> = (
  input: Operations[O]['input'],
  output: Operations[O]['output'],
) => Undone | undefined

const undoneStatements: FindUndone<'BatchExecuteStatement'> = ({ Statements = [] }, { Responses = [] }) => {
  const errors = Statements.flatMap((_, index) => errorOfStatement(Responses[index]) ?? [])
  const error = errors.find((one) => classify(one).reason !== 'conflict') ?? errors[0]
  return error && { items: errors.length, error }
}

const leftOver = (items: number, what: string): Undone | undefined =>
  items === 0 ? undefined : { items, error: unprocessed(items, what) }

const FINDERS: { readonly [O in OperationName]?: FindUndone<O> } = {
  BatchExecuteStatement: undoneStatements,
  BatchGetItem: (_, { UnprocessedKeys = {} }) =>
    leftOver(
      Object.values(UnprocessedKeys).reduce((count, { Keys = [] }) => count + Keys.length, 0),
      'keys',
    ),
  BatchWriteItem: (_, { UnprocessedItems = {} }) => leftOver(countOf(UnprocessedItems), 'items'),
}

/** What an answer leaves undone of its request; undefined when nothing. */
export const undoneOf = <O extends OperationName>(
  operation: O,
  input: Operations[O]['input'],
  output: Operations[O]['output'],
): Undone | undefined => FINDERS[operation]?.(input, output)
