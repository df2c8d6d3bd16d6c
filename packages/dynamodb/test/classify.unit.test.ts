import { classify, type Failure } from '@dynact/dynamodb'
import { serviceError } from './fake-transport.js'

type Verdict = Pick<Failure, 'reason' | 'applied' | 'retryable'>

const conflict: Verdict = { reason: 'conflict', applied: 'no', retryable: false }
const throttled: Verdict = { reason: 'throttled', applied: 'no', retryable: true }
const contention: Verdict = { reason: 'contention', applied: 'no', retryable: true }
const response: Verdict = { reason: 'response', applied: 'unknown', retryable: true }
const refused: Verdict = { reason: 'refused', applied: 'no', retryable: false }
const notSent: Verdict = { reason: 'not-sent', applied: 'no', retryable: true }
const server: Verdict = { reason: 'server', applied: 'unknown', retryable: true }
const timeout: Verdict = { reason: 'timeout', applied: 'unknown', retryable: true }
const connection: Verdict = { reason: 'connection', applied: 'unknown', retryable: true }

describe('the errors of the service', () => {
  test.each<[string, Verdict]>([
    ['ConditionalCheckFailedException', conflict],
    ['DuplicateItemException', conflict],
    ['ProvisionedThroughputExceededException', throttled],
    ['ThrottlingException', throttled],
    ['RequestLimitExceeded', throttled],
    ['TransactionConflictException', contention],
    ['TransactionCanceledException', contention],
    ['ReplicatedWriteConflictException', contention],
    ['TransactionInProgressException', { ...contention, applied: 'unknown' }],
    ['IdempotentParameterMismatchException', refused],
    ['TruncatedResponseError', response],
    ['ResponseChecksumError', response],
    ['RequestTimeTooSkewed', { reason: 'clock', applied: 'no', retryable: true }],
    ['QueueFullError', { reason: 'queue-full', applied: 'no', retryable: false }],
    ['InternalServerError', server],
    ['InternalFailure', server],
    ['ServiceUnavailable', server],
    ['ServiceUnavailableException', server],
    ['AccessDeniedException', refused],
    ['CredentialsProviderError', refused],
    ['ExpiredTokenException', { ...refused, retryable: true }],
    ['IncompleteSignatureException', refused],
    ['InvalidSignatureException', refused],
    ['MissingAuthenticationTokenException', refused],
    ['UnrecognizedClientException', refused],
    ['ItemCollectionSizeLimitExceededException', refused],
    ['SerializationException', refused],
    ['ValidationException', refused],
    ['ResourceNotFoundException', refused],
    ['UnknownOperationException', { reason: 'unsupported', applied: 'no', retryable: false }],
    ['TimeoutError', timeout],
    ['AbortError', timeout],
  ])('%s', (name, verdict) => {
    expect(classify(serviceError(name))).toMatchObject(verdict)
  })
})

describe('the errors of the network', () => {
  test.each<[string, object, Verdict]>([
    ['nobody listens', { code: 'ECONNREFUSED', syscall: 'connect' }, notSent],
    ['the name is unknown', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }, notSent],
    ['the name can not be looked up', { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }, notSent],
    ['there is no way to the host', { code: 'EHOSTUNREACH', syscall: 'connect' }, notSent],
    ['there is no way to the network', { code: 'ENETUNREACH', syscall: 'connect' }, notSent],
    ['the way to the host is lost after the request was sent', { code: 'EHOSTUNREACH', syscall: 'read' }, connection],
    [
      'the way to the network is lost after the request was sent',
      { code: 'ENETUNREACH', syscall: 'write' },
      connection,
    ],
    ['the connection is reset', { code: 'ECONNRESET', syscall: 'read' }, connection],
    ['the pipe is broken', { code: 'EPIPE', syscall: 'write' }, connection],
    ['the connection times out', { code: 'ETIMEDOUT', syscall: 'read' }, connection],
  ])('%s', (_, facts, verdict) => {
    expect(classify(Object.assign(new Error('from the network'), facts))).toMatchObject(verdict)
  })

  test('both addresses of a host refuse the connection', () => {
    const refusals = ['::1', '127.0.0.1'].map((address) =>
      Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: 'ECONNREFUSED', syscall: 'connect' }),
    )

    expect(classify(Object.assign(new AggregateError(refusals), { code: 'ECONNREFUSED' }))).toMatchObject(notSent)
  })

  test('both addresses of a host are out of reach', () => {
    const refusals = ['ENETUNREACH', 'EHOSTUNREACH'].map((code) =>
      Object.assign(new Error(code), { code, syscall: 'connect' }),
    )

    expect(classify(Object.assign(new AggregateError(refusals), { code: 'ENETUNREACH' }))).toMatchObject(notSent)
  })
})

describe('what nobody knows may have been carried out', () => {
  test.each<[string, unknown]>([
    ['an error of a name that is not in the table', serviceError('SomethingNewException')],
    ['a 400 by its status alone', serviceError('UnknownError', { $metadata: { httpStatusCode: 400 } })],
    ['a name that every object has', serviceError('constructor')],
    ['another name that every object has', serviceError('toString')],
    ['a text', 'boom'],
    ['null', null],
    ['nothing', undefined],
  ])('%s', (_, error) => {
    expect(classify(error)).toMatchObject(connection)
  })
})

test('an answer that is not JSON leaves open what became of the request', () => {
  expect(classify(new SyntaxError('Unexpected token <'))).toMatchObject(response)
})

describe('a throttled request', () => {
  const throttle = (name: string, ...reasons: string[]) =>
    classify(serviceError('ThrottlingException', { [name]: reasons.map((reason) => ({ reason, resource: 'arn' })) }))

  test.each([
    ['TableWriteKeyRangeThroughputExceeded', 'key-range', false],
    ['IndexReadKeyRangeThroughputExceeded', 'key-range', false],
    ['TableWriteAccountLimitExceeded', 'account', true],
    ['TableReadProvisionedThroughputExceeded', 'provisioned', true],
    ['TableWriteMaxOnDemandThroughputExceeded', 'on-demand', true],
  ] as const)('by %s', (reason, throttledBy, isOverload) => {
    expect(throttle('ThrottlingReasons', reason)).toMatchObject({ ...throttled, throttledBy, isOverload })
    expect(throttle('throttlingReasons', reason)).toMatchObject({ ...throttled, throttledBy, isOverload })
  })

  test('for several reasons counts for the widest', () => {
    expect(
      throttle('ThrottlingReasons', 'TableWriteKeyRangeThroughputExceeded', 'TableWriteAccountLimitExceeded'),
    ).toMatchObject({ throttledBy: 'account', isOverload: true })
  })

  test('for no reason that is known slows all down', () => {
    expect(throttle('ThrottlingReasons', 'SomethingNew')).toMatchObject({ ...throttled, isOverload: true })
    expect(classify(serviceError('ThrottlingException', { ThrottlingReasons: 'none' }))).toMatchObject(throttled)
  })
})

test('a signature that only a wrong clock spoilt is sent again with the right one', () => {
  const refusal = (clockSkewCorrected: boolean) =>
    serviceError('InvalidSignatureException', { $metadata: { attempts: 1, clockSkewCorrected } })

  expect(classify(refusal(true))).toMatchObject({ reason: 'clock', applied: 'no', retryable: true })
  expect(classify(refusal(false))).toMatchObject(refused)
})

describe('a client that retries by itself', () => {
  const retried = (name: string, attempts: unknown) => serviceError(name, { $metadata: { attempts } })

  test.each(['ConditionalCheckFailedException', 'ThrottlingException', 'AccessDeniedException', 'ValidationException'])(
    'reports its last attempt only: before %s an earlier one may have been carried out',
    (name) => {
      expect(classify(retried(name, 2))).toEqual({ ...classify(serviceError(name)), applied: 'unknown' })
    },
  )

  test('its only attempt is judged as it is', () => {
    expect(classify(retried('ThrottlingException', 1))).toMatchObject(throttled)
    expect(classify(retried('ThrottlingException', 'many'))).toMatchObject(throttled)
    expect(classify(serviceError('ThrottlingException', { $metadata: null }))).toMatchObject(throttled)
  })
})

test.each([
  'ProvisionedThroughputExceededException',
  'TimeoutError',
  'AccessDeniedException',
  'ResourceNotFoundException',
  'x',
])('%s comes with advice', (name) => {
  expect(classify(serviceError(name)).advice).toMatch(/^\w.{15,}\.$|^\w.{15,}\?$/)
})
