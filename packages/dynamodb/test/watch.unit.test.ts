import { jest } from '@jest/globals'
import { rejectionOf } from '../../../tools/test-support/failures.js'
import { itemSize } from '../src/layout/item-size.js'
import { Limiter } from '../src/limiter.js'
import type { OperationMetrics, Span } from '../src/observability.js'
import type { OperationName } from '../src/transport/transport.js'
import { watch } from '../src/watch.js'
import { type Answer, serviceError } from './fake-transport.js'
import { makeRequests, options } from './make-requests.js'

const item = { par: { S: 'journal-P-orders-7-0' }, num: { N: '3' }, event: { B: Buffer.from('secret payload') } }
const put = { TableName: 'events', Item: item }
const limiter = new Limiter({ slots: 1, maxQueued: 1 })

/** Everything that was told of the requests that `answer` answers. */
const watched = (answer: Answer) => {
  const metrics: OperationMetrics[] = []
  const spans: object[] = []
  const lines: [level: string, facts: object, text: string][] = []
  const tracer = {
    startSpan: (name: string, { kind, attributes }: { kind: number; attributes: object }): Span => {
      const span = { name, kind, attributes: { ...attributes }, hasEnded: false, errors: [] as unknown[], status: {} }
      spans.push(span)
      return {
        setAttributes: (more) => Object.assign(span.attributes, more),
        recordException: (error) => void span.errors.push(error),
        setStatus: (status) => Object.assign(span.status, status),
        end: () => {
          span.hasEnded = true
        },
      }
    },
  }
  const line = (level: string) => (facts: object, text: string) => void lines.push([level, facts, text])
  const logger = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  const watcher = watch({ table: 'events', onMetrics: (one) => metrics.push(one), tracer, logger }, limiter)
  if (watcher === undefined) throw new Error('a watcher was expected')
  return { ...makeRequests(answer, { watcher }), metrics, spans, lines }
}

test('nobody who watches: no watcher at all', () => {
  expect(watch({ table: 'events' }, limiter)).toBeUndefined()
})

describe('the metrics of a request', () => {
  test('tell what it took', async () => {
    const { requests, metrics } = watched(() => ({ ConsumedCapacity: { CapacityUnits: 2 } }))

    await requests.send('PutItem', put, options)

    expect(metrics).toEqual([
      {
        operation: 'PutItem',
        table: 'events',
        priority: 'write',
        persistenceId: 'orders-7',
        attempt: 1,
        items: 1,
        bytes: itemSize(item),
        capacityUnits: 2,
        queueMs: 0,
        serviceMs: expect.any(Number),
        queueDepth: 0,
        queueAgeMs: 0,
      },
    ])
  })

  test('come for every attempt, and tell why one failed', async () => {
    const { requests, metrics } = watched((_, index) => {
      if (index > 0) return {}
      throw serviceError('ThrottlingException', { ThrottlingReasons: [{ reason: 'TableWriteAccountLimitExceeded' }] })
    })

    await requests.send('PutItem', put, options)

    expect(metrics).toMatchObject([
      { attempt: 1, error: 'ThrottlingException', reason: 'throttled', throttledBy: 'account' },
      { attempt: 2 },
    ])
    expect(metrics[1]).not.toHaveProperty('error')
  })

  test('are asked for: DynamoDB says what a request costs only then', async () => {
    const { requests, transport } = watched(() => ({}))
    const unwatched = makeRequests(() => ({}))

    await requests.send('PutItem', put, options)
    await unwatched.requests.send('PutItem', put, options)

    expect(transport.sent[0]?.input).toEqual({ ...put, ReturnConsumedCapacity: 'TOTAL' })
    expect(unwatched.transport.sent[0]?.input).toEqual(put)
  })

  test.each<[string, object, object, { items: number; bytes: number; capacityUnits?: number }]>([
    ['GetItem', { Key: {} }, { Item: item }, { items: 1, bytes: itemSize(item) }],
    ['GetItem', { Key: {} }, {}, { items: 0, bytes: 0 }],
    [
      'Query',
      {},
      { Items: [item, item], ConsumedCapacity: { CapacityUnits: 0.5 } },
      { items: 2, bytes: 2 * itemSize(item), capacityUnits: 0.5 },
    ],
    ['BatchGetItem', {}, { Responses: { events: [item] } }, { items: 1, bytes: itemSize(item) }],
    [
      'BatchWriteItem',
      { RequestItems: { events: [{ DeleteRequest: { Key: { num: { N: '3' } } } }] } },
      { ConsumedCapacity: [{ CapacityUnits: 1 }, { CapacityUnits: 2 }] },
      { items: 1, bytes: itemSize({ num: { N: '3' } }), capacityUnits: 3 },
    ],
    [
      'TransactWriteItems',
      { TransactItems: [{ Put: { TableName: 'events', Item: item } }] },
      {},
      { items: 1, bytes: itemSize(item) },
    ],
    [
      'BatchExecuteStatement',
      {
        Statements: [
          { Statement: `INSERT INTO "events" VALUE {'par': ?, 'num': ?, 'event': ?}`, Parameters: Object.values(item) },
        ],
      },
      {},
      { items: 1, bytes: itemSize(item) },
    ],
    ['DeleteItem', { Key: { num: { N: '3' } } }, {}, { items: 1, bytes: itemSize({ num: { N: '3' } }) }],
    ['UpdateItem', { Key: { num: { N: '3' } } }, {}, { items: 1, bytes: itemSize({ num: { N: '3' } }) }],
  ])('%s: the items that it carries or brings', async (operation, input, output, figures) => {
    const { requests, metrics } = watched(() => output)

    await requests.send(operation as 'GetItem', input as never, options)

    expect(metrics[0]).toMatchObject(figures)
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('no disk')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no disk'))],
  ])('whose receiver %s change nothing for the caller, and the mistake is told', async (_, onMetrics) => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const watcher = watch({ table: 'events', onMetrics }, limiter)
    const { requests } = makeRequests(() => ({}), watcher === undefined ? {} : { watcher })

    expect(await requests.send('PutItem', put, options)).toEqual({})
    expect(warn.mock.calls).toEqual([['A hook that was given to dynact threw: Error: no disk']])
    warn.mockRestore()
  })
})

describe('the span of a request', () => {
  test('is named after operation and table, and ends with it', async () => {
    const { requests, spans } = watched(() => ({ ConsumedCapacity: { CapacityUnits: 2 } }))

    await requests.send('PutItem', put, options)

    expect(spans).toEqual([
      {
        name: 'PutItem events',
        kind: 2,
        hasEnded: true,
        errors: [],
        status: {},
        attributes: {
          'db.system.name': 'aws.dynamodb',
          'db.operation.name': 'PutItem',
          'db.collection.name': 'events',
          'dynact.persistence_id': 'orders-7',
          'dynact.attempt': 1,
          'dynact.queue_ms': 0,
          'dynact.items': 1,
          'dynact.bytes': itemSize(item),
          'dynact.capacity_units': 2,
        },
      },
    ])
  })

  test('has the error of a request that failed; a conflict is an answer', async () => {
    const failure = serviceError('AccessDeniedException')
    const { requests, spans } = watched((_, index) => {
      throw index === 0 ? failure : serviceError('ConditionalCheckFailedException')
    })

    await rejectionOf(requests.send('PutItem', put, options))
    await rejectionOf(requests.send('PutItem', put, options))

    expect(spans).toMatchObject([
      { errors: [failure], status: { code: 2 }, hasEnded: true, attributes: { 'error.type': 'AccessDeniedException' } },
      { errors: [], status: {}, hasEnded: true },
    ])
  })
})

describe('the log', () => {
  test('has a line for what may be sent again, and none for what went well', async () => {
    const { requests, lines } = watched((_, index) => {
      if (index === 0) throw serviceError('InternalServerError')
      return {}
    })

    await requests.send('PutItem', put, options)

    expect(lines).toEqual([
      [
        'warn',
        {
          operation: 'PutItem',
          table: 'events',
          persistenceId: 'orders-7',
          attempt: 1,
          error: 'InternalServerError',
          reason: 'server',
          throttledBy: undefined,
        },
        'a request to DynamoDB failed and may be sent again',
      ],
    ])
  })
})

describe('a part that DynamoDB left undone', () => {
  const statement = { Statement: '', Parameters: [] }
  test.each<[string, OperationName, object, object, object]>([
    [
      'statements that were throttled, beside another writer’s item',
      'BatchExecuteStatement',
      { Statements: [statement, statement, statement] },
      { Responses: [{ Error: { Code: 'DuplicateItem' } }, {}, { Error: { Code: 'ThrottlingError' } }] },
      { undoneItems: 2, error: 'ThrottlingException', reason: 'throttled' },
    ],
    [
      'another writer’s item alone',
      'BatchExecuteStatement',
      { Statements: [statement] },
      { Responses: [{ Error: { Code: 'DuplicateItem' } }] },
      { undoneItems: 1, error: 'DuplicateItemException', reason: 'conflict' },
    ],
    [
      'a statement without an answer',
      'BatchExecuteStatement',
      { Statements: [statement, statement] },
      { Responses: [{}] },
      { undoneItems: 1, error: 'UnknownStatementError' },
    ],
    [
      'keys',
      'BatchGetItem',
      {},
      { UnprocessedKeys: { events: { Keys: [{}, {}] } } },
      { undoneItems: 2, error: 'ProvisionedThroughputExceededException', reason: 'throttled' },
    ],
    [
      'deletions',
      'BatchWriteItem',
      {},
      { UnprocessedItems: { events: [{}, {}, {}] } },
      { undoneItems: 3, error: 'ProvisionedThroughputExceededException', reason: 'throttled' },
    ],
  ])('%s', async (_, operation, input, output, figures) => {
    const { requests, metrics, spans, lines } = watched(() => output)

    await requests.send(operation as 'BatchGetItem', input as never, options)

    const { undoneItems, error, reason } = metrics[0] as OperationMetrics
    expect({ undoneItems, error, ...(reason !== undefined && { reason }) }).toMatchObject(figures)
    expect(spans).toMatchObject([
      {
        attributes: { 'dynact.undone_items': undoneItems, 'error.type': error },
        status: reason === 'conflict' ? {} : { code: 2 },
      },
    ])
    expect(lines).toMatchObject(
      reason === 'conflict'
        ? []
        : [['warn', { undoneItems, error }, 'DynamoDB left part of a request undone and may be sent again']],
    )
  })

  test('is told of no answer that did all', async () => {
    const { requests, metrics, lines } = watched(() => ({ UnprocessedItems: {} }))

    await requests.send('BatchWriteItem', { RequestItems: {} }, options)

    expect(metrics[0]).not.toHaveProperty('undoneItems')
    expect(metrics[0]).not.toHaveProperty('error')
    expect(lines).toEqual([])
  })
})

test('payloads are in nothing of it', async () => {
  const { requests, metrics, spans, lines } = watched(() => {
    throw serviceError('ThrottlingException')
  })

  await rejectionOf(requests.send('PutItem', put, options))

  const told = JSON.stringify([metrics, spans, lines])
  expect(told).toContain('ThrottlingException')
  expect(told).not.toContain('secret')
  expect(told).not.toContain(Buffer.from('secret payload').toString('base64'))
})
