import { insertInTransaction } from '@dynact/dynamodb'
import type { Item } from '../src/layout/item.js'
import { type Answer, serviceError } from './fake-transport.js'
import { makeRequests, options } from './make-requests.js'

const itemOf = (sequenceNr: number, writer = 'ours'): Item => ({
  par: { S: 'journal-P-a-0' },
  num: { N: String(sequenceNr) },
  writer_uuid: { S: writer },
})
const items = [itemOf(1), itemOf(2), itemOf(3)]

interface Reason {
  readonly Code: string
  readonly Item?: Item
  readonly Message?: string
}
const none: Reason = { Code: 'None' }
const cancelled = (...reasons: Reason[]): Error =>
  serviceError('TransactionCanceledException', { CancellationReasons: reasons })
const insert = (answer: Answer) => {
  const made = makeRequests(answer)
  return { ...made, outcome: insertInTransaction(made.requests, 'events', items, options) }
}
/** Throws these errors one after the other, then succeeds. */
const failing =
  (...errors: Error[]): Answer =>
  (_, index) => {
    const error = errors[index]
    if (error !== undefined) throw error
    return {}
  }

test('all items go out in one transaction, each put where nothing is', async () => {
  const { outcome, transport } = insert(() => ({}))

  expect(await outcome).toEqual({ mayBeStored: true })
  expect(transport.sent).toMatchObject([
    {
      operation: 'TransactWriteItems',
      input: {
        TransactItems: items.map((Item) => ({
          Put: {
            TableName: 'events',
            Item,
            ConditionExpression: 'attribute_not_exists(par)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        })),
      },
    },
  ])
})

test('it is sent again under the same token, so that a lost answer is found out', async () => {
  const { outcome, transport } = insert(failing(serviceError('TimeoutError'), serviceError('InternalServerError')))

  expect(await outcome).toEqual({ mayBeStored: true })
  const tokens = transport.sent.map(({ input }) => input.ClientRequestToken)
  expect(tokens).toHaveLength(3)
  expect(new Set(tokens).size).toBe(1)
  expect(tokens[0]).toMatch(/^[0-9a-f-]{36}$/)
})

test('items that are all there already, just like ours, are ours: a lost answer of long ago', async () => {
  const { outcome, transport } = insert(
    failing(cancelled(...items.map((Item) => ({ Code: 'ConditionalCheckFailed', Item })))),
  )

  expect(await outcome).toEqual({ mayBeStored: true })
  expect(transport.sent).toHaveLength(1)
})

test.each<[string, Reason[]]>([
  ['another writer’s item', [none, { Code: 'ConditionalCheckFailed', Item: itemOf(2, 'theirs') }, none]],
  [
    'ours beside another writer’s',
    [
      { Code: 'ConditionalCheckFailed', Item: itemOf(1) },
      { Code: 'ConditionalCheckFailed', Item: itemOf(2, 'theirs') },
      none,
    ],
  ],
  [
    'another writer’s beside throttling',
    [{ Code: 'ThrottlingError' }, { Code: 'ConditionalCheckFailed', Item: itemOf(2, 'theirs') }, none],
  ],
])('%s is a conflict, and nothing is stored', async (_, reasons) => {
  const { outcome, transport } = insert(failing(cancelled(...reasons)))

  expect(await outcome).toEqual({ conflict: itemOf(2, 'theirs'), mayBeStored: false })
  expect(transport.sent).toHaveLength(1)
})

test.each(['ProvisionedThroughputExceeded', 'ThrottlingError', 'TransactionConflict'])(
  'cancelled by %s, it is sent again',
  async (Code) => {
    const { outcome, transport } = insert(failing(cancelled(none, { Code }, none), cancelled({ Code }, none, none)))

    expect(await outcome).toEqual({ mayBeStored: true })
    expect(transport.sent).toHaveLength(3)
  },
)

test.each([
  ['AccessDenied', 'AccessDeniedException'],
  ['ItemCollectionSizeLimitExceeded', 'ItemCollectionSizeLimitExceededException'],
  ['ValidationError', 'ValidationException'],
])('cancelled by %s, it is refused, and nothing is stored', async (Code, name) => {
  const { outcome, transport } = insert(failing(cancelled(none, { Code, Message: 'too large' }, none)))

  expect(await outcome).toMatchObject({
    mayBeStored: false,
    failure: { failure: { reason: 'refused', applied: 'no' }, cause: { name, message: 'too large' } },
  })
  expect(transport.sent).toHaveLength(1)
})

test('throttled until the deadline, nothing is stored', async () => {
  const { outcome } = insert(() => {
    throw cancelled(none, { Code: 'ThrottlingError' }, none)
  })

  expect(await outcome).toMatchObject({
    mayBeStored: false,
    failure: { failure: { reason: 'throttled', applied: 'no' } },
  })
})

test('a lost answer before a refusal leaves open whether they are stored', async () => {
  const { outcome } = insert((_, index) => {
    throw serviceError(index === 0 ? 'TimeoutError' : 'AccessDeniedException')
  })

  expect(await outcome).toMatchObject({
    mayBeStored: true,
    failure: { failure: { reason: 'refused', applied: 'unknown' } },
  })
})

test('an abort comes out as its own reason', async () => {
  const reason = new Error('shutting down')
  const { requests } = makeRequests(() => ({}))

  await expect(
    insertInTransaction(requests, 'events', items, { ...options, signal: AbortSignal.abort(reason) }),
  ).rejects.toBe(reason)
})

describe('a conflict whose reason lacks the item is looked up', () => {
  const taken: Reason = { Code: 'ConditionalCheckFailed' }
  const found =
    (read: (num: string) => unknown): Answer =>
    ({ operation, input }) => {
      if (operation === 'TransactWriteItems') throw cancelled(taken, taken, taken)
      expect(input).toMatchObject({ TableName: 'events', ConsistentRead: true })
      return read(input.Key.num.N)
    }

  test('items just like ours are ours', async () => {
    const { outcome } = insert(found((num) => ({ Item: itemOf(Number(num)) })))

    expect(await outcome).toEqual({ mayBeStored: true })
  })

  test('any other is another writer’s', async () => {
    const { outcome } = insert(found((num) => ({ Item: itemOf(Number(num), 'theirs') })))

    expect(await outcome).toEqual({ conflict: itemOf(1, 'theirs'), mayBeStored: false })
  })

  test('one that can not be read leaves open whether they are stored', async () => {
    const { outcome } = insert(
      found(() => {
        throw serviceError('AccessDeniedException')
      }),
    )

    expect(await outcome).toMatchObject({ failure: { failure: { reason: 'refused' } }, mayBeStored: true })
  })
})
