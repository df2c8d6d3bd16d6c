/** An error of DynamoDB's, as it goes over the wire. */
export interface ServiceFault {
  /** The name that clients know it by: `ThrottlingException`. */
  readonly name: string
  /** HTTP status. */
  readonly status: number
  readonly message: string
  /** Further members of the body: `CancellationReasons`, `Item`. */
  readonly members?: Readonly<Record<string, unknown>>
}

const STATUS: Readonly<Record<string, number>> = {
  InternalServerError: 500,
  InternalFailure: 500,
  ServiceUnavailable: 503,
  ServiceUnavailableException: 503,
}

/**
 * An error of DynamoDB's by its name. The status is the one that DynamoDB gives it: 500 or 503 where the fault is its own, else 400.
 *
 * @param members - further members of the body
 */
export const serviceFault = (
  name: string,
  message = name,
  members?: Readonly<Record<string, unknown>>,
): ServiceFault => ({ name, status: STATUS[name] ?? 400, message, ...(members && { members }) })

/**
 * Why DynamoDB throttled a request, by its own words:
 * `<Table|Index><Read|Write><ProvisionedThroughput|KeyRangeThroughput|MaxOnDemandThroughput|AccountLimit>Exceeded`.
 */
export type ThrottlingReason =
  `${'Table' | 'Index'}${'Read' | 'Write'}${'ProvisionedThroughput' | 'KeyRangeThroughput' | 'MaxOnDemandThroughput' | 'AccountLimit'}Exceeded`

/** A throttle for a reason: the error that DynamoDB has for it, which names reason and table in its body. */
export const throttled = (
  reason: ThrottlingReason,
  resource = 'arn:aws:dynamodb:eu-central-1:000000000000:table/unknown',
): ServiceFault => {
  const name = throttleName(reason)
  // This one has the member in lower case, the others have not.
  const member = name === 'ThrottlingException' ? 'throttlingReasons' : 'ThrottlingReasons'
  return serviceFault(name, `Throughput exceeds the limit: ${reason}`, { [member]: [{ reason, resource }] })
}

const throttleName = (reason: ThrottlingReason): string => {
  if (reason.endsWith('AccountLimitExceeded')) return 'RequestLimitExceeded'
  if (reason.endsWith('MaxOnDemandThroughputExceeded')) return 'ThrottlingException'
  return 'ProvisionedThroughputExceededException'
}

/**
 * A cancelled `TransactWriteItems`.
 *
 * @param codes - one for each item of the transaction: `None`, `TransactionConflict`, `ThrottlingError`, …
 */
export const transactionCanceled = (codes: readonly string[]): ServiceFault =>
  serviceFault(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
    { CancellationReasons: codes.map((Code) => (Code === 'None' ? { Code } : { Code, Message: Code })) },
  )
