/**
 * What a failed request means: may it have been carried out, and is it worth sending again? Definite refusals are known by
 * their error names, never by a status code alone: a proxy may answer 4xx to a request that went through.
 */

/** Kinds of failure, by what they ask for. */
export type FailureReason =
  | 'conflict'
  | 'throttled'
  | 'server'
  | 'connection'
  | 'timeout'
  | 'not-sent'
  | 'refused'
  | 'unsupported'

/** What a failed request means. */
export interface Failure {
  readonly reason: FailureReason
  /** `'unknown'`: DynamoDB may have carried the request out all the same. */
  readonly applied: 'no' | 'unknown'
  readonly retryable: boolean
  /** What the user can do about it. */
  readonly advice: string
}

const failure = (reason: FailureReason, applied: Failure['applied'], retryable: boolean, advice: string): Failure => ({
  reason,
  applied,
  retryable,
  advice,
})

const THROTTLED = failure('throttled', 'no', true, 'Raise the capacity of the table or the account, or write less.')
const SERVER = failure('server', 'unknown', true, 'DynamoDB has a fault; try again later.')
const CONNECTION = failure('connection', 'unknown', true, 'Check the network to DynamoDB.')
const TIMEOUT = failure('timeout', 'unknown', true, 'Check the network to DynamoDB, or raise retry.attemptMs.')
const NOT_SENT = failure('not-sent', 'no', true, 'Is the endpoint right, and is DynamoDB running there?')
const CREDENTIALS = failure('refused', 'no', false, 'Check the AWS credentials and their permissions.')
const NO_REGION = failure('refused', 'no', false, 'Set AWS_REGION, or region in the configuration of the client.')
const REFUSED = failure('refused', 'no', false, 'This should not happen: please report it.')

const BY_NAME = new Map<string, Failure>(
  Object.entries({
    ConditionalCheckFailedException: failure('conflict', 'no', false, ''),
    DuplicateItemException: failure('conflict', 'no', false, ''),
    ProvisionedThroughputExceededException: THROTTLED,
    ThrottlingException: THROTTLED,
    RequestLimitExceeded: THROTTLED,
    TransactionConflictException: THROTTLED,
    InternalServerError: SERVER,
    InternalFailure: SERVER,
    ServiceUnavailable: SERVER,
    ServiceUnavailableException: SERVER,
    AccessDeniedException: CREDENTIALS,
    CredentialsProviderError: CREDENTIALS,
    ExpiredTokenException: CREDENTIALS,
    IncompleteSignatureException: CREDENTIALS,
    InvalidSignatureException: CREDENTIALS,
    MissingAuthenticationTokenException: CREDENTIALS,
    UnrecognizedClientException: CREDENTIALS,
    ItemCollectionSizeLimitExceededException: REFUSED,
    SerializationException: REFUSED,
    ValidationException: REFUSED,
    ResourceNotFoundException: failure(
      'refused',
      'no',
      false,
      'Create the table first: see createJournalTable and createSnapshotTable.',
    ),
    UnknownOperationException: failure('unsupported', 'no', false, 'The endpoint lacks this operation.'),
    DeadlinePassedError: failure('not-sent', 'no', true, 'Raise maxConnections, or do less at once.'),
    TimeoutError: TIMEOUT,
    AbortError: TIMEOUT,
  }),
)

/** Codes of the network's errors before a connection stands: nothing was sent. */
const NOT_SENT_CODES = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])
/** Codes that an open connection can end with too, when the way is lost: then the request may have been sent. */
const UNREACHABLE_CODES = new Set(['EHOSTUNREACH', 'ENETUNREACH'])

const wasNotSent = (error: object): boolean => {
  const code = 'code' in error ? String(error.code) : ''
  // An AggregateError of several addresses comes from connecting, and names no system call of its own.
  const isConnecting = 'syscall' in error ? error.syscall === 'connect' : 'errors' in error
  return NOT_SENT_CODES.has(code) || (UNREACHABLE_CODES.has(code) && isConnecting)
}

const sdkAttempts = (error: object): number => {
  const metadata = '$metadata' in error ? error.$metadata : undefined
  const attempts = typeof metadata === 'object' && metadata !== null && 'attempts' in metadata ? metadata.attempts : 1
  return typeof attempts === 'number' ? attempts : 1
}

/** Says what a failed request means. */
export const classify = (error: unknown): Failure => {
  if (typeof error !== 'object' || error === null) return CONNECTION
  const name = 'name' in error ? String(error.name) : ''
  // The SDK gives this one no name of its own; it comes up before anything is sent.
  if ('message' in error && error.message === 'Region is missing') return NO_REGION
  const known = wasNotSent(error) ? NOT_SENT : (BY_NAME.get(name) ?? CONNECTION)
  // A client that retries by itself reports its last attempt only: an earlier one may have been carried out.
  return sdkAttempts(error) > 1 && known.applied === 'no' ? { ...known, applied: 'unknown' } : known
}
