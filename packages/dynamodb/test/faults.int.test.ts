// The retry table, row by row: what happens between us and DynamoDB → what the caller sees, and what is stored.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { deleteItems, FencedInserts, getItems, insertInTransaction, queryPages, type Requests } from '@dynact/dynamodb'
import { fates, type StatementFault, throttled, transactionCanceled } from '@dynact/testkit'
import { rejectionOf } from '../../../tools/test-support/failures.js'
import { describeOnRealDynamoDB, testTransport } from '../../../tools/test-support/index.js'
import { type Fate, serviceError } from '../../../tools/test-support/observed-client.js'
import type { Item } from '../src/layout/item.js'
import { FaultFixture, keyOf } from './fault-fixture.js'
import {
  ALL_STORED,
  CLOCK,
  CONNECTION,
  CONTENTION,
  expectOutcome,
  NOT_SENT,
  REFUSED,
  RESPONSE,
  type Row,
  SERVER,
  THROTTLED,
  TIMEOUT,
  testRows,
  throttledBy,
  UNSUPPORTED,
} from './fault-rows.js'
import { options } from './make-requests.js'

const fixture = new FaultFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

const fencedly = (requests: Requests, items: readonly Item[]) =>
  new FencedInserts(requests, fixture.table).insert(items, options)

describe('a put', () => {
  const page = (status: number) => ({ status, body: '<html>somebody in between</html>' })
  const internal = serviceError('InternalServerError')

  const rows: Row[] = [
    [
      'a throttle of the table',
      fates.refuse(throttled('TableWriteProvisionedThroughputExceeded')),
      throttledBy('provisioned'),
    ],
    [
      'a throttle of a key range',
      fates.refuse(throttled('TableWriteKeyRangeThroughputExceeded')),
      throttledBy('key-range'),
    ],
    [
      'a throttle on demand',
      fates.refuse(throttled('TableWriteMaxOnDemandThroughputExceeded')),
      throttledBy('on-demand'),
    ],
    ['a throttle of the account', fates.refuse(throttled('TableWriteAccountLimitExceeded')), throttledBy('account')],
    ['a throttle without a reason', { fail: serviceError('ThrottlingException') }, THROTTLED],
    ['a conflict with a transaction', { fail: serviceError('TransactionConflictException') }, CONTENTION],
    ['a conflict with another region', { fail: serviceError('ReplicatedWriteConflictException') }, CONTENTION],
    ['a clock that is wrong', { fail: serviceError('RequestTimeTooSkewed') }, CLOCK],

    ['500', { fail: internal }, SERVER],
    ['500 after it was carried out', { loseAnswer: internal }, { ...SERVER, stored: 'all' }],
    ['503', { fail: serviceError('ServiceUnavailable') }, SERVER],
    ['502 by something in between', fates.refuse(page(502)), RESPONSE],
    [
      '403 by something in between, after it was carried out',
      fates.loseAnswer(page(403)),
      { ...RESPONSE, stored: 'all' },
    ],

    ['a reset', { fail: 'reset' }, CONNECTION],
    ['a reset after it was carried out', { loseAnswer: 'reset' }, { ...CONNECTION, stored: 'all' }],
    ['no answer', fates.hang, TIMEOUT],
    ['no answer after it was carried out', fates.loseAnswer('hang'), { ...TIMEOUT, stored: 'all' }],
    ['half an answer', fates.truncate, { ...RESPONSE, stored: 'all' }, { ...CONNECTION, stored: 'all' }],
    ['an empty answer', fates.loseAnswer({ status: 200, body: '' }), { ...RESPONSE, stored: 'all' }],
    ['an answer that is no JSON', fates.garble, { ...RESPONSE, stored: 'all' }],
    ['an answer with another checksum', fates.wrongCrc32, { ...RESPONSE, stored: 'all' }],
    ['two deliveries', fates.duplicate, ALL_STORED],

    ['a request that is not valid', { fail: serviceError('ValidationException') }, REFUSED],
    ['a request that can not be read', { fail: serviceError('SerializationException') }, REFUSED],
    ['an item collection that is full', { fail: serviceError('ItemCollectionSizeLimitExceededException') }, REFUSED],
    ['a missing table', { fail: serviceError('ResourceNotFoundException') }, REFUSED],
    ['no permission', { fail: serviceError('AccessDeniedException') }, REFUSED],
    ['unknown credentials', { fail: serviceError('UnrecognizedClientException') }, REFUSED],
    ['a wrong signature', { fail: serviceError('InvalidSignatureException') }, REFUSED],
    ['an operation that the endpoint lacks', { fail: serviceError('UnknownOperationException') }, UNSUPPORTED],
    ['an error that nobody knows', { fail: serviceError('NewException') }, CONNECTION],
  ]
  testRows(fixture, { operation: 'PutItem', count: 1, insert: fencedly }, rows)

  test('nobody listens: nothing was sent', async () => {
    const client = new DynamoDBClient({
      ...fixture.observed.clientConfig,
      endpoint: 'http://127.0.0.1:1',
      maxAttempts: 1,
    })

    const outcome = await fencedly(fixture.requestsThat('give up', { client }), fixture.items(1))

    // In jest, the SDK takes an error of Node's own for none, since it is of another realm, and wraps it without its code.
    expectOutcome(outcome, testTransport === 'sdk' ? CONNECTION : NOT_SENT)
    client.destroy()
  })
})

describeOnRealDynamoDB('statements of a batch', () => {
  /** The second and the fourth of five fail. */
  const failing = (fault: StatementFault) => fates.failStatements((index) => (index % 2 === 1 ? fault : undefined))
  const others = { stored: [0, 2, 4] }

  const rows: Row[] = [
    ...['ThrottlingError', 'ProvisionedThroughputExceeded', 'RequestLimitExceeded'].map(
      (code): Row => [code, failing({ code }), { ...THROTTLED, ...others }],
    ),
    ['TransactionConflict', failing({ code: 'TransactionConflict' }), { ...CONTENTION, ...others }],
    ['InternalServerError', failing({ code: 'InternalServerError' }), { ...SERVER, ...others }],
    [
      'InternalServerError after it was carried out',
      failing({ code: 'InternalServerError', applied: true }),
      { ...SERVER, stored: 'all' },
    ],
    ['DuplicateItem that is our own', failing({ code: 'DuplicateItem', applied: true }), ALL_STORED],
    ...['AccessDenied', 'ItemCollectionSizeLimitExceeded', 'ResourceNotFound', 'ValidationError'].map(
      (code): Row => [code, failing({ code }), { ...REFUSED, ...others }],
    ),
    ['a code that nobody knows', failing({ code: 'NewError' }), { ...CONNECTION, ...others }],
    ['500 for the whole batch', { fail: serviceError('InternalServerError') }, SERVER],
    ['a lost answer to the whole batch', { loseAnswer: 'reset' }, { ...CONNECTION, stored: 'all' }],
  ]
  testRows(fixture, { operation: 'BatchExecuteStatement', count: 5, insert: fencedly }, rows)

  test('only those that failed are sent again', async () => {
    const items = fixture.items(5)
    fixture.onlyFirst('BatchExecuteStatement', failing({ code: 'ThrottlingError' }))

    await fencedly(fixture.requestsThat('retry'), items)

    expect(fixture.sent('BatchExecuteStatement').map(({ input }) => input.Statements.length)).toEqual([5, 2])
  })
})

describeOnRealDynamoDB('a transaction', () => {
  const cancelled = (code: string) => fates.refuse(transactionCanceled(['None', code, 'None']))

  const rows: Row[] = [
    ...['ThrottlingError', 'ProvisionedThroughputExceeded'].map((code): Row => [code, cancelled(code), THROTTLED]),
    ['TransactionConflict', cancelled('TransactionConflict'), CONTENTION],
    ...['AccessDenied', 'ItemCollectionSizeLimitExceeded', 'ValidationError'].map(
      (code): Row => [code, cancelled(code), REFUSED],
    ),
    [
      'one of the same token under way',
      { fail: serviceError('TransactionInProgressException') },
      { ...CONTENTION, verdict: { reason: 'contention', applied: 'unknown' } },
    ],
    ['500 after it was carried out', { loseAnswer: serviceError('InternalServerError') }, { ...SERVER, stored: 'all' }],
    ['a reset after it was carried out', { loseAnswer: 'reset' }, { ...CONNECTION, stored: 'all' }],
    ['two deliveries', fates.duplicate, ALL_STORED],
  ]
  const insert = (requests: Requests, items: readonly Item[]) =>
    insertInTransaction(requests, fixture.table, items, options)
  testRows(fixture, { operation: 'TransactWriteItems', count: 3, insert }, rows)
})

const put = async (items: readonly Item[]) => {
  await fencedly(fixture.requestsThat('retry'), items)
  fixture.observed.requests.length = 0
}

describe('deletions that are left unprocessed', () => {
  const firstTwo = fates.unprocessed((index) => index < 2)

  test('once: the rest is sent again', async () => {
    const items = fixture.items(5)
    await put(items)
    fixture.onlyFirst('BatchWriteItem', firstTwo)

    await deleteItems(fixture.requestsThat('retry'), fixture.table, items.map(keyOf), options)

    expect(fixture.sent('BatchWriteItem').map(({ input }) => input.RequestItems[fixture.table].length)).toEqual([5, 2])
    expect(await fixture.stored(items)).toEqual([])
  })

  test('every time: the caller is told, and the rest is still there', async () => {
    const items = fixture.items(5)
    await put(items)
    fixture.always('BatchWriteItem', firstTwo)

    const error = await rejectionOf(
      deleteItems(fixture.requestsThat('give up'), fixture.table, items.map(keyOf), options),
    )

    expect(error).toMatchObject({ name: 'RequestFailedError', failure: THROTTLED.verdict })
    expect(await fixture.stored(items)).toEqual([0, 1])
  })
})

describe('keys that are left unprocessed', () => {
  test('once: they are asked for again', async () => {
    const items = fixture.items(5)
    await put(items)
    fixture.onlyFirst(
      'BatchGetItem',
      fates.unprocessed((index) => index > 0),
    )

    const found = await getItems(fixture.requestsThat('retry'), fixture.table, items.map(keyOf), options)

    expect(found).toHaveLength(5)
    expect(fixture.sent('BatchGetItem').map(({ input }) => input.RequestItems[fixture.table].Keys.length)).toEqual([
      5, 4,
    ])
  })

  test('every time: the caller is told', async () => {
    fixture.always('BatchGetItem', fates.unprocessed())

    const error = await rejectionOf(
      getItems(fixture.requestsThat('give up'), fixture.table, fixture.items(5).map(keyOf), options),
    )

    expect(error).toMatchObject({ name: 'RequestFailedError', failure: THROTTLED.verdict })
  })
})

test.each<[string, Fate]>([
  ['a throttle', fates.refuse(throttled('TableReadProvisionedThroughputExceeded'))],
  ['500', { fail: serviceError('InternalServerError') }],
  ['a reset', { fail: 'reset' }],
  ['half an answer', fates.truncate],
  ['an answer that is no JSON', fates.garble],
])('a query that meets %s is sent again, and nothing is missing or there twice', async (_, fate) => {
  const items = fixture.items(5)
  await put(items)
  fixture.onlyFirst('Query', fate)

  const found: Item[] = []
  const input = {
    TableName: fixture.table,
    KeyConditionExpression: 'par = :par',
    ExpressionAttributeValues: { ':par': items[0]?.['par'] ?? { NULL: true } },
    ConsistentRead: true,
  }
  for await (const page of queryPages(fixture.requestsThat('retry'), input, options)) found.push(...page)

  expect(found).toEqual(items)
  expect(fixture.sent('Query')).toHaveLength(2)
})

test('the transport of this run carries the requests', async () => {
  await put(fixture.items(1))
  fixture.observed.requests.length = 0

  await fixture.stored(fixture.items(1))

  const [request] = fixture.observed.requests
  // The direct transport has the SDK's user agent, but not what the SDK tells of its attempts.
  expect(request?.proxied.headers['amz-sdk-request'] !== undefined).toBe(testTransport === 'sdk')
})
