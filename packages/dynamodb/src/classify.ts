/**
 * What a failed request means: may it have been carried out, and is it worth sending again? Definite refusals are known by
 * their error names, never by a status code alone: a proxy may answer 4xx to a request that went through.
 */
import { type ThrottledBy, throttledBy } from './throttling.js'

/** Kinds of failure, by what they ask for. */
export type FailureReason =
  | 'conflict'
  | 'throttled'
  | 'contention'
  | 'clock'
  | 'server'
  | 'response'
  | 'connection'
  | 'timeout'
  | 'not-sent'
  | 'queue-full'
  | 'refused'
  | 'unsupported'

/** What a failed request means. */
export interface Failure {
  readonly reason: FailureReason
  /** `'unknown'`: DynamoDB may have carried the request out all the same. */
  readonly applied: 'no' | 'unknown'
  readonly retryable: boolean
  /** Others had better wait too: the limiter lets fewer through. Otherwise it is this request's own affair. */
  readonly isOverload: boolean
  /** Which limit it ran into, where DynamoDB says so. */
  readonly throttledBy?: ThrottledBy
  /** What the user can do about it. */
  readonly advice: string
}

/** One row of the table: errors of these names mean this. docs/errors.md shows the same table, and a test compares them. */
export interface FailureRow extends Failure {
  readonly names: readonly string[]
}

/** May be carried out all the same, and is worth a retry. */
const OPEN = { applied: 'unknown', retryable: true } as const
/** Was not carried out, and is worth a retry. */
const LATER = { applied: 'no', retryable: true } as const
/** Was not carried out, and never will be. */
const NEVER = { applied: 'no', retryable: false } as const

/** Every error name that is known to DynamoDB's data plane, and our own. Anything else is taken for a connection's. */
export const FAILURES = {
  conflict: {
    ...NEVER,
    reason: 'conflict',
    isOverload: false,
    advice: '',
    names: ['ConditionalCheckFailedException', 'DuplicateItemException'],
  },
  throttled: {
    ...LATER,
    reason: 'throttled',
    isOverload: true,
    advice: 'Raise the capacity of the table or the account, or write less.',
    names: ['ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'ThrottlingException'],
  },
  contention: {
    ...LATER,
    reason: 'contention',
    isOverload: false,
    advice: 'Others are writing the same items; try again later.',
    names: ['ReplicatedWriteConflictException', 'TransactionCanceledException', 'TransactionConflictException'],
  },
  inProgress: {
    ...OPEN,
    reason: 'contention',
    isOverload: false,
    advice: 'The same transaction is still under way; try again later.',
    names: ['TransactionInProgressException'],
  },
  server: {
    ...OPEN,
    reason: 'server',
    isOverload: true,
    advice: 'DynamoDB has a fault; try again later.',
    names: ['InternalFailure', 'InternalServerError', 'ServiceUnavailable', 'ServiceUnavailableException'],
  },
  response: {
    ...OPEN,
    reason: 'response',
    isOverload: true,
    advice: 'Check what stands between this process and DynamoDB: a proxy may change its answers.',
    names: ['InvalidResponseError', 'ResponseChecksumError', 'SyntaxError', 'TruncatedResponseError'],
  },
  timeout: {
    ...OPEN,
    reason: 'timeout',
    isOverload: true,
    advice: 'Check the network to DynamoDB, or raise retry.attemptMs.',
    names: ['AbortError', 'TimeoutError'],
  },
  connection: {
    ...OPEN,
    reason: 'connection',
    isOverload: true,
    advice: 'Check the network to DynamoDB.',
    names: ['anything else'],
  },
  notSent: {
    ...LATER,
    reason: 'not-sent',
    isOverload: false,
    advice: 'Is the endpoint right, and is DynamoDB running there?',
    names: ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
  },
  late: {
    ...LATER,
    reason: 'not-sent',
    isOverload: false,
    advice: 'Raise maxConnections, or do less at once.',
    names: ['DeadlinePassedError'],
  },
  queueFull: {
    ...NEVER,
    reason: 'queue-full',
    isOverload: false,
    advice: 'Do less at once, or raise maxConnections or maxQueued.',
    names: ['QueueFullError'],
  },
  clock: {
    ...LATER,
    reason: 'clock',
    isOverload: false,
    advice: 'Set the clock of this machine.',
    names: ['RequestExpired', 'RequestInTheFuture', 'RequestTimeTooSkewed'],
  },
  credentials: {
    ...NEVER,
    reason: 'refused',
    isOverload: false,
    advice: 'Check the AWS credentials and their permissions.',
    names: [
      'AccessDeniedException',
      'CredentialsProviderError',
      'IncompleteSignatureException',
      'InvalidSignatureException',
      'MissingAuthenticationTokenException',
      'UnrecognizedClientException',
    ],
  },
  expired: {
    ...LATER,
    reason: 'refused',
    isOverload: false,
    advice: 'Check the AWS credentials: they have expired, and their provider gives no others.',
    names: ['ExpiredTokenException'],
  },
  region: {
    ...NEVER,
    reason: 'refused',
    isOverload: false,
    advice: 'Set AWS_REGION, or region in the configuration of the client.',
    names: ['Region is missing'],
  },
  table: {
    ...NEVER,
    reason: 'refused',
    isOverload: false,
    advice: 'Create the table first: createJournalTable, createSnapshotTable, createOffsetTable or createKeyTable.',
    names: ['ResourceNotFoundException'],
  },
  invalid: {
    ...NEVER,
    reason: 'refused',
    isOverload: false,
    advice: 'This should not happen: please report it.',
    names: [
      'IdempotentParameterMismatchException',
      'ItemCollectionSizeLimitExceededException',
      'SerializationException',
      'ValidationException',
    ],
  },
  transport: {
    ...NEVER,
    reason: 'refused',
    isOverload: false,
    advice: "Leave transport out, or set 'sdk'.",
    names: ['NeedsSdkError'],
  },
  unsupported: {
    ...NEVER,
    reason: 'unsupported',
    isOverload: false,
    advice: 'The endpoint lacks this operation.',
    names: ['UnknownOperationException'],
  },
} as const satisfies Record<string, FailureRow>

const BY_NAME = new Map<string, FailureRow>(
  Object.values(FAILURES).flatMap((row: FailureRow) => row.names.map((name) => [name, row] as const)),
)

/** A throttled key is its own affair: other keys are not slowed down by it. */
const KEY_RANGE_ADVICE =
  'One hash key is written or read more than DynamoDB allows a single one: spread the events over more ids, or write less.'

/** Codes of the network's errors before a connection stands: nothing was sent. */
const NOT_SENT_CODES = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])
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

const wasClockCorrected = (error: object): boolean =>
  '$metadata' in error && (error.$metadata as { clockSkewCorrected?: unknown } | undefined)?.clockSkewCorrected === true

const rowOf = (error: object): Failure => {
  // The SDK gives this one no name of its own; it comes up before anything is sent.
  if ('message' in error && error.message === 'Region is missing') return FAILURES.region
  if (wasNotSent(error)) return FAILURES.notSent
  const row: FailureRow = BY_NAME.get('name' in error ? String(error.name) : '') ?? FAILURES.connection
  if (row === FAILURES.credentials && wasClockCorrected(error)) return FAILURES.clock
  if (row !== FAILURES.throttled) return row
  const limit = throttledBy(error)
  if (limit === undefined) return row
  return limit === 'key-range'
    ? { ...row, throttledBy: limit, isOverload: false, advice: KEY_RANGE_ADVICE }
    : { ...row, throttledBy: limit }
}

/** Says what a failed request means. */
export const classify = (error: unknown): Failure => {
  if (typeof error !== 'object' || error === null) return FAILURES.connection
  const known = rowOf(error)
  // A client that retries by itself reports its last attempt only: an earlier one may have been carried out.
  return sdkAttempts(error) > 1 && known.applied === 'no' ? { ...known, applied: 'unknown' } : known
}
