import { FencedInserts } from '../src/fenced-inserts.js'
import type { Item } from '../src/layout/item.js'
import { FakeJournalTable } from './fake-journal-table.js'
import { serviceError } from './fake-transport.js'
import { makeRequests, options } from './make-requests.js'

const itemOf = (sequenceNr: number, writer = 'ours'): Item => ({
  par: { S: `journal-P-a-${Math.floor(sequenceNr / 100)}` },
  num: { N: String(sequenceNr % 100) },
  writer_uuid: { S: writer },
  event: { B: new Uint8Array([sequenceNr]) },
})
const itemsOf = (count: number): Item[] => Array.from({ length: count }, (_, index) => itemOf(index + 1))

const make = () => {
  const table = new FakeJournalTable()
  const { requests, transport, timing } = makeRequests(table.answer)
  const operations = () => transport.sent.map(({ operation }) => operation)
  return { table, requests, transport, timing, operations, inserts: new FencedInserts(requests, 'events') }
}

describe('inserts', () => {
  test('one item is put where nothing is', async () => {
    const { table, transport, inserts } = make()

    expect(await inserts.insert([itemOf(1)], options)).toEqual({ mayBeStored: true })

    expect(table.at(itemOf(1))).toEqual(itemOf(1))
    expect(transport.sent).toMatchObject([
      {
        operation: 'PutItem',
        input: {
          TableName: 'events',
          Item: itemOf(1),
          ConditionExpression: 'attribute_not_exists(par)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
    ])
  })

  test('several go out in one request of statements', async () => {
    const { table, transport, inserts } = make()

    expect(await inserts.insert(itemsOf(2), options)).toEqual({ mayBeStored: true })

    expect([...table.items.values()]).toEqual(itemsOf(2))
    expect(transport.sent[0]?.input.Statements[0]).toEqual({
      Statement: `INSERT INTO "events" VALUE {'par': ?, 'num': ?, 'writer_uuid': ?, 'event': ?}`,
      Parameters: Object.values(itemOf(1)),
    })
  })

  test.each([
    [1, ['PutItem']],
    [2, ['BatchExecuteStatement']],
    [25, ['BatchExecuteStatement']],
    [26, ['BatchExecuteStatement', 'PutItem']],
    [60, ['BatchExecuteStatement', 'BatchExecuteStatement', 'BatchExecuteStatement']],
  ])('%d items go out as %j', async (count, operations) => {
    const made = make()

    expect(await made.inserts.insert(itemsOf(count), options)).toEqual({ mayBeStored: true })

    expect(made.operations()).toEqual(operations)
    expect(made.table.items.size).toBe(count)
  })

  test('none is a success without a request', async () => {
    const { inserts, operations } = make()

    expect(await inserts.insert([], options)).toEqual({ mayBeStored: false })
    expect(operations()).toEqual([])
  })
})

describe('a lost answer', () => {
  test.each([
    [1, true],
    [1, false],
    [2, true],
    [2, false],
    [60, false],
  ])(
    'of %d items is a success, whether or not the conflict names its item (%s)',
    async (count, givesItemOfConflict) => {
      const { table, inserts } = make()
      table.givesItemOfConflict = givesItemOfConflict
      table.fateOf = (_, index) => (index === 0 ? { lose: serviceError('TimeoutError') } : 'pass')

      expect(await inserts.insert(itemsOf(count), options)).toEqual({ mayBeStored: true })
      expect(table.items.size).toBe(count)
    },
  )

  test('at every attempt until the deadline: the items may be stored', async () => {
    const { table, inserts } = make()
    table.fateOf = () => ({ lose: serviceError('TimeoutError') })

    const outcome = await inserts.insert(itemsOf(3), options)

    expect(outcome).toMatchObject({
      mayBeStored: true,
      failure: { failure: { reason: 'timeout', applied: 'unknown' } },
    })
    expect(outcome.conflict).toBeUndefined()
  })
})

describe('a conflict', () => {
  test.each([
    [1, true],
    [1, false],
    [5, true],
    [5, false],
  ])(
    'with another writer’s item among %d is told, and nothing is overwritten (item in the error: %s)',
    async (count, givesItem) => {
      const { table, inserts } = make()
      table.givesItemOfConflict = givesItem
      table.put(itemOf(1, 'theirs'))

      const outcome = await inserts.insert(itemsOf(count), options)

      expect(outcome.conflict).toEqual(itemOf(1, 'theirs'))
      expect(outcome.failure).toBeUndefined()
      expect(outcome.mayBeStored).toBe(count > 1)
      expect(table.writerAt(itemOf(1))).toBe('theirs')
    },
  )

  test('with an item of our own writer that holds something else is a conflict', async () => {
    const { table, inserts } = make()
    const other = { ...itemOf(1), event: { B: new Uint8Array([99]) } }
    table.put(other)

    expect((await inserts.insert([itemOf(1)], options)).conflict).toEqual(other)
  })

  test('is read back strongly consistent, by its key alone', async () => {
    const { table, transport, inserts } = make()
    table.givesItemOfConflict = false
    table.put(itemOf(1, 'theirs'))

    await inserts.insert([itemOf(1)], options)

    const { par, num } = itemOf(1)
    expect(transport.sent[1]).toMatchObject({
      operation: 'GetItem',
      input: { TableName: 'events', Key: { par, num }, ConsistentRead: true },
    })
  })

  test.each([1, 3])('whose item is gone again is tried again, among %d items', async (count) => {
    const { table, transport, inserts } = make()
    table.givesItemOfConflict = false
    table.put(itemOf(1, 'theirs'))
    table.fateOf = ({ operation }) => {
      if (operation === 'GetItem') table.items.delete('journal-P-a-0 1')
      return 'pass'
    }

    expect(await inserts.insert(itemsOf(count), options)).toEqual({ mayBeStored: true })

    expect(table.writerAt(itemOf(1))).toBe('ours')
    expect(transport.sent.filter(({ operation }) => operation === 'GetItem')).toHaveLength(1)
  })

  test('wins over a failure of the same request', async () => {
    const { table, inserts } = make()
    table.put(itemOf(3, 'theirs'))
    table.statementFateOf = (item) => (item['num']?.N === '1' ? { code: 'AccessDenied' } : undefined)

    expect((await inserts.insert(itemsOf(3), options)).conflict).toEqual(itemOf(3, 'theirs'))
  })

  test.each([1, 2])('of %d items that can not be read back is in doubt: the number is not free', async (count) => {
    const { table, inserts } = make()
    table.givesItemOfConflict = false
    for (const item of itemsOf(count)) table.put({ ...item, writer_uuid: { S: 'theirs' } })
    table.fateOf = ({ operation }) =>
      operation === 'GetItem' ? { fail: serviceError('AccessDeniedException') } : 'pass'

    const outcome = await inserts.insert(itemsOf(count), options)

    expect(outcome).toMatchObject({ mayBeStored: true, failure: { failure: { reason: 'refused' } } })
  })
})

describe('the error of one statement', () => {
  test.each([
    ['ProvisionedThroughputExceeded'],
    ['ThrottlingError'],
    ['RequestLimitExceeded'],
    ['TransactionConflict'],
    ['InternalServerError'],
    ['SomethingNew'],
  ])('%s: only its item is sent again', async (code) => {
    const { table, transport, inserts } = make()
    let faults = 2
    table.statementFateOf = (item) => (item['num']?.N === '2' && faults-- > 0 ? { code } : undefined)

    expect(await inserts.insert(itemsOf(4), options)).toEqual({ mayBeStored: true })

    expect(transport.sent.map(({ input }) => input.Statements.length)).toEqual([4, 1, 1])
    expect(table.items.size).toBe(4)
  })

  test.each([
    ['AccessDenied', 'AccessDeniedException'],
    ['ItemCollectionSizeLimitExceeded', 'ItemCollectionSizeLimitExceededException'],
    ['ResourceNotFound', 'ResourceNotFoundException'],
    ['ValidationError', 'ValidationException'],
  ])('%s: nothing is sent again, and what else was stored is told', async (code, name) => {
    const { table, inserts, operations } = make()
    table.statementFateOf = (item) => (item['num']?.N === '2' ? { code } : undefined)

    const outcome = await inserts.insert(itemsOf(4), options)

    expect(outcome).toMatchObject({
      mayBeStored: true,
      failure: { attempts: 1, failure: { reason: 'refused' }, cause: { name } },
    })
    expect(operations()).toHaveLength(1)
  })

  test('a refusal ends it, whatever stands before it and is worth a retry', async () => {
    const { table, inserts, operations } = make()
    table.statementFateOf = (item) => ({ code: item['num']?.N === '1' ? 'ThrottlingError' : 'ValidationError' })

    expect(await inserts.insert(itemsOf(3), options)).toMatchObject({
      failure: { attempts: 1, failure: { reason: 'refused' } },
    })
    expect(operations()).toHaveLength(1)
  })

  test.each([['AccessDenied'], ['ValidationError']])('%s of every statement: nothing is stored', async (code) => {
    const { table, inserts } = make()
    table.statementFateOf = () => ({ code })

    expect(await inserts.insert(itemsOf(4), options)).toMatchObject({
      mayBeStored: false,
      failure: { failure: { applied: 'no' } },
    })
  })

  test('throttling of every statement until the deadline: nothing is stored', async () => {
    const { table, inserts } = make()
    table.statementFateOf = () => ({ code: 'ThrottlingError' })

    expect(await inserts.insert(itemsOf(4), options)).toMatchObject({
      mayBeStored: false,
      failure: { failure: { reason: 'throttled', applied: 'no' } },
    })
  })

  test.each(['ValidationError', 'ThrottlingError'])(
    '%s beside a fault of the server: that one’s item may be stored',
    async (code) => {
      const { table, inserts } = make()
      let attempts = 0
      table.statementFateOf = (item) => {
        if (item['num']?.N === '1') return { code }
        return attempts++ === 0 ? { code: 'InternalServerError', wasApplied: true } : { code }
      }

      const outcome = await inserts.insert(itemsOf(2), options)

      expect(table.writerAt(itemOf(2))).toBe('ours')
      expect(outcome).toMatchObject({ mayBeStored: true, failure: {} })
    },
  )

  test('none at all, and no answer either: the statement is sent again', async () => {
    let requestNr = 0
    const { requests, transport } = makeRequests(({ input }) => ({
      Responses: requestNr++ === 0 ? [{}] : input.Statements.map(() => ({})),
    }))

    expect(await new FencedInserts(requests, 'events').insert(itemsOf(3), options)).toEqual({ mayBeStored: true })
    expect(transport.sent.map(({ input }) => input.Statements.length)).toEqual([3, 2])
  })
})

describe('an endpoint without BatchExecuteStatement', () => {
  test('gets single puts, and is not asked again', async () => {
    const { table, inserts, operations } = make()
    table.fateOf = ({ operation }) =>
      operation === 'BatchExecuteStatement' ? { fail: serviceError('UnknownOperationException') } : 'pass'

    expect(await inserts.insert(itemsOf(3), options)).toEqual({ mayBeStored: true })
    expect(await inserts.insert([itemOf(7), itemOf(8)], options)).toEqual({ mayBeStored: true })

    expect(operations()).toEqual(['BatchExecuteStatement', ...Array(5).fill('PutItem')])
    expect(table.items.size).toBe(5)
  })

  test('conflicts and failures of single puts come together in one outcome', async () => {
    const { table, inserts } = make()
    table.put(itemOf(2, 'theirs'))
    table.fateOf = ({ operation, input }) => {
      if (operation === 'BatchExecuteStatement') return { fail: serviceError('UnknownOperationException') }
      return input.Item?.num.N === '3' ? { fail: serviceError('AccessDeniedException') } : 'pass'
    }

    expect(await inserts.insert(itemsOf(3), options)).toMatchObject({
      conflict: itemOf(2, 'theirs'),
      failure: { failure: { reason: 'refused' } },
      mayBeStored: true,
    })
  })
})

describe('an abort', () => {
  test.each([1, 30])('of %d items comes out as its own reason', async (count) => {
    const { table, inserts } = make()
    const stop = new AbortController()
    const reason = new Error('shutting down')
    table.fateOf = () => {
      stop.abort(reason)
      return { lose: serviceError('AbortError') }
    }

    await expect(inserts.insert(itemsOf(count), { ...options, signal: stop.signal })).rejects.toBe(reason)
  })
})
