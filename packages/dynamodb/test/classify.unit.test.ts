import { classify, type Failure } from '@dynact/dynamodb'
import { serviceError } from './fake-transport.js'

type Verdict = Pick<Failure, 'reason' | 'applied' | 'retryable'>

const conflict: Verdict = { reason: 'conflict', applied: 'no', retryable: false }
const throttled: Verdict = { reason: 'throttled', applied: 'no', retryable: true }
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
    ['TransactionConflictException', throttled],
    ['InternalServerError', server],
    ['InternalFailure', server],
    ['ServiceUnavailable', server],
    ['ServiceUnavailableException', server],
    ['AccessDeniedException', refused],
    ['CredentialsProviderError', refused],
    ['ExpiredTokenException', refused],
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
    ['an answer that is not JSON', new SyntaxError('Unexpected token <')],
    ['a name that every object has', serviceError('constructor')],
    ['another name that every object has', serviceError('toString')],
    ['a text', 'boom'],
    ['null', null],
    ['nothing', undefined],
  ])('%s', (_, error) => {
    expect(classify(error)).toMatchObject(connection)
  })
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
