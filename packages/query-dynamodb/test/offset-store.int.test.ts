import { randomBytes } from 'node:crypto'
import { type DynamoDBClient, GetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import {
  createOffsetTable,
  deleteOffsetTable,
  dynamoDBOffsetStore,
  type EventEnvelope,
  type OffsetStore,
  type OffsetStoreConfig,
  projection,
  slicedProjection,
  sliceRanges,
} from '@dynact/query-dynamodb'
import { describeOnRealDynamoDB, testTransport, uniqueTableName } from '../../../tools/test-support/index.js'
import { diesBefore, observedClient, serviceError } from '../../../tools/test-support/observed-client.js'
import { AppliedModel } from './applied-model.js'
import { envelope, envelopes, listSource, noPauses } from './projection-fixture.js'

const observed = observedClient()
const table = uniqueTableName('offset')
const model = new AppliedModel()
const stores: OffsetStore[] = []
let client: DynamoDBClient
let names = 0
const freshName = () => `p-${++names}`

const retry = { attemptMs: 10_000, totalMs: 20_000, baseMs: 1, maxMs: 5 }
const store = (config: Partial<OffsetStoreConfig> = {}) => {
  const made = dynamoDBOffsetStore({ client, transport: testTransport, table, retry, ...config } as OffsetStoreConfig)
  stores.push(made)
  return made
}

beforeAll(async () => {
  await observed.start()
  client = observed.client
  await createOffsetTable(client, { table })
  await model.create(client)
})
afterAll(async () => {
  observed.fateOf = () => 'pass'
  await Promise.all(stores.map((one) => one.close()))
  await deleteOffsetTable(client, { table })
  await model.remove(client)
  await observed.stop()
})
beforeEach(() => {
  observed.requests.length = 0
  observed.fateOf = () => 'pass'
})

const itemOf = async (name: string) =>
  (await client.send(new GetItemCommand({ TableName: table, Key: { projection: { S: name } } }))).Item

describe('an offset', () => {
  test.each([
    ['a sequence number', { sequenceNr: 7 }],
    ['a time', { timestamp: 1.5, since: 1.25, seen: { 'a|1': 3 } }],
    ['none', {}],
    [
      'a time with many ids',
      { timestamp: 1, seen: Object.fromEntries(Array.from({ length: 5_000 }, (_, nr) => [`Order|order-${nr}`, nr])) },
    ],
  ])('%s comes back as it was stored', async (_, offset) => {
    const name = freshName()
    await (await store().acquire(name)).save(offset)

    expect(await store().read(name)).toEqual(offset)
    expect((await store().acquire(name)).offset).toEqual(offset)
  })

  test('that was never stored is none', async () => {
    expect(await store().read(freshName())).toEqual({})
  })

  test('too large for an item is refused, with what to do; the one before stays', async () => {
    const name = freshName()
    const lease = await store().acquire(name)
    await lease.save({ sequenceNr: 1 })
    const seen = Object.fromEntries(Array.from({ length: 12_000 }, () => [randomBytes(40).toString('base64'), 1]))

    await expect(lease.save({ timestamp: 1, seen })).rejects.toMatchObject({
      code: 'ITEM_TOO_LARGE',
      limitBytes: 409_600,
      message: expect.stringContaining('ranges of slices'),
    })
    expect(await store().read(name)).toEqual({ sequenceNr: 1 })
    await lease.save({ sequenceNr: 2 })
  })

  test('that is damaged is told, with table and projection', async () => {
    const name = freshName()
    const item = { projection: { S: name }, epoch: { N: '1' }, rev: { N: '1' }, offset: { S: '{' } }
    await client.send(new PutItemCommand({ TableName: table, Item: item }))

    await expect(store().read(name)).rejects.toThrow(new RegExp(`${name}.*${table}`))
  })
})

describe('a lease', () => {
  test('ends when another instance takes the projection over; the offset stays', async () => {
    const name = freshName()
    const first = await store().acquire(name)
    await first.save({ sequenceNr: 5 })
    const second = await store().acquire(name)
    await second.save({ sequenceNr: 6 })

    await expect(first.save({ sequenceNr: 2 })).rejects.toMatchObject({ code: 'FENCED', projection: name })
    expect(await store().read(name)).toEqual({ sequenceNr: 6 })
  })

  test('ends when the offset is deleted', async () => {
    const name = freshName()
    const lease = await store().acquire(name)
    await createOffsetTable(client, { table })
    const { DeleteItemCommand } = await import('@aws-sdk/client-dynamodb')
    await client.send(new DeleteItemCommand({ TableName: table, Key: { projection: { S: name } } }))

    await expect(lease.save({ sequenceNr: 1 })).rejects.toThrow('was deleted')
  })

  test('takes a save whose answer was lost for what it was', async () => {
    const name = freshName()
    const lease = await store().acquire(name)
    observed.requests.length = 0
    observed.fateOf = (_, index) => (index === 0 ? { loseAnswer: 'reset' } : 'pass')
    await lease.save({ sequenceNr: 1 })
    await lease.save({ sequenceNr: 2 })

    expect(await store().read(name)).toEqual({ sequenceNr: 2 })
  })

  test('is taken by one whose answer was lost', async () => {
    const name = freshName()
    observed.fateOf = ({ operation }, index) =>
      operation === 'UpdateItem' && index < 2 ? { loseAnswer: 'reset' } : 'pass'
    const lease = await store().acquire(name)
    await lease.save({ sequenceNr: 1 })

    expect((await itemOf(name))?.['epoch']).toEqual({ N: '1' })
  })

  test('does not move an offset back by a request of its own that comes late', async () => {
    const name = freshName()
    const lease = await store().acquire(name)
    const late: (() => Promise<unknown>)[] = []
    observed.requests.length = 0
    observed.fateOf = ({ input }, index) => {
      if (index > 0) return 'pass'
      late.push(() => client.send(new PutItemCommand(input)))
      return { fail: 'reset' }
    }
    await lease.save({ sequenceNr: 1 })
    await lease.save({ sequenceNr: 2 })

    await expect(late[0]?.()).rejects.toThrow('conditional')
    expect(await store().read(name)).toEqual({ sequenceNr: 2 })
  })

  test('is worth nothing after a save of unknown outcome', async () => {
    const name = freshName()
    const lease = await store({ retry: { ...retry, totalMs: 10_000, baseMs: 60_000, maxMs: 60_000 } }).acquire(name)
    observed.requests.length = 0
    observed.fateOf = () => ({ fail: serviceError('InternalServerError', 'who knows') })
    await expect(lease.save({ sequenceNr: 1 })).rejects.toMatchObject({ code: 'WRITE_UNCERTAIN' })
    observed.fateOf = () => 'pass'

    await expect(lease.save({ sequenceNr: 2 })).rejects.toThrow('Take the projection over again')
  })
})

const applying =
  (name: string) =>
  ({ event, persistenceId }: EventEnvelope<number>) =>
    model.writes(name, [{ persistenceId, value: event }])

const applied = async (name: string, id = 'a'): Promise<number[]> => (await model.read(client, name, [id])).flat()

const exactlyOnce = (name: string, offsetStore: OffsetStore, count = 4) => ({
  name,
  offsetStore,
  delivery: 'exactly-once' as const,
  source: listSource(envelopes(count)),
  handler: applying(name),
  timing: noPauses,
  onStatus: () => undefined,
})
const oneToFour = [1, 2, 3, 4]

describeOnRealDynamoDB('exactly once', () => {
  test('effect and offset are written together, in one request an event', async () => {
    const name = freshName()
    await projection(exactlyOnce(name, store())).done

    expect(await applied(name)).toEqual(oneToFour)
    expect(await store().read(name)).toEqual({ sequenceNr: 4 })
    expect(observed.requests.slice(0, 6).map(({ operation }) => operation)).toEqual([
      'GetItem',
      'UpdateItem',
      ...Array(4).fill('TransactWriteItems'),
    ])
  })

  test('after a crash before any request, and after any answer that is lost, each event has its effect once', async () => {
    for (const fate of ['dies', 'loses'] as const)
      for (let at = 0; at < 7; at++) {
        const name = freshName()
        observed.requests.length = 0
        observed.fateOf =
          fate === 'dies'
            ? diesBefore(at)
            : (_, index) => {
                if (index < at) return 'pass'
                return index === at ? { loseAnswer: 'reset' } : { fail: serviceError('AccessDeniedException', 'dead') }
              }
        await projection({ ...exactlyOnce(name, store()), restart: { maxRestarts: 0 } }).done.catch(() => undefined)
        observed.fateOf = () => 'pass'
        expect(await applied(name)).toEqual(oneToFour.slice(0, (await store().read(name)).sequenceNr ?? 0))
        await projection(exactlyOnce(name, store())).done

        expect(await applied(name)).toEqual(oneToFour)
      }
  })

  test('answers lost at random, and restarts, change nothing', async () => {
    const name = freshName()
    let seed = 7
    const chance = () => {
      seed = (seed * 16_807) % 2_147_483_647
      return seed / 2_147_483_647
    }
    observed.fateOf = () => {
      const dice = chance()
      if (dice < 0.1) return { loseAnswer: 'reset' }
      if (dice < 0.2) return { loseAnswer: serviceError('AccessDeniedException', 'a refusal that lies') }
      return dice < 0.3 ? { fail: serviceError('InternalServerError', 'no') } : 'pass'
    }
    await projection(exactlyOnce(name, store(), 60)).done
    observed.fateOf = () => 'pass'

    expect(await applied(name)).toEqual(envelopes(60).map(({ event }) => event))
  })

  test('two instances at once: one of them is told, and nothing is applied twice', async () => {
    const name = freshName()
    const both = [projection(exactlyOnce(name, store(), 30)), projection(exactlyOnce(name, store(), 30))]
    const ends = await Promise.allSettled(both.map(({ done }) => done))

    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(ends).toContainEqual(expect.objectContaining({ reason: expect.objectContaining({ code: 'FENCED' }) }))
    expect(await applied(name)).toEqual(envelopes(30).map(({ event }) => event))
  })

  test('groups are written with their offset', async () => {
    const name = freshName()
    const one = applying(name)
    const ids = Array.from({ length: 10 }, (_, place) => envelope(place + 1, `id-${place}`, 1))
    await projection({
      ...exactlyOnce(name, store()),
      source: listSource(ids),
      group: { size: 5 },
      handler: (group) => group.flatMap(one),
    }).done

    expect(await Promise.all(ids.map(({ persistenceId }) => applied(name, persistenceId)))).toEqual(
      ids.map(({ event }) => [event]),
    )
    expect(observed.requests.filter(({ operation }) => operation === 'TransactWriteItems')).toHaveLength(2)
  })

  test('a write of the handler whose condition does not hold is its failure, and can be skipped', async () => {
    const name = freshName()
    const errors: unknown[] = []
    await projection({
      ...exactlyOnce(name, store()),
      onFailure: 'skip',
      onStatus: (status) => 'error' in status && errors.push(status.error),
      handler: (event) =>
        event.event === 2
          ? [
              ...applying(name)(event),
              {
                ConditionCheck: {
                  TableName: model.table,
                  Key: { id: { S: 'nobody' } },
                  ConditionExpression: 'attribute_exists(id)',
                },
              },
            ]
          : applying(name)(event),
    }).done

    expect(await applied(name)).toEqual([1, 3, 4])
    expect(errors).toEqual([expect.objectContaining({ name: 'HandlerWritesError', failedConditions: [1] })])
    expect(await store().read(name)).toEqual({ sequenceNr: 4 })
  })

  test.each([
    [
      'too many writes',
      (writes: unknown[]) => Array.from({ length: 100 }, () => writes[0]),
      /100 items.*a transaction takes 99/,
    ],
    ['two writes of one item', (writes: unknown[]) => [...writes, ...writes], /Look at what the handler wants/],
    ['no list', () => undefined, /must return a list/],
  ])('%s: the handler fails, and nothing is written', async (_, change, says) => {
    const name = freshName()
    const { done } = projection({
      ...exactlyOnce(name, store()),
      restart: { maxRestarts: 0 },
      handler: (event) => change(applying(name)(event)) as never,
    })

    await expect(done).rejects.toThrow(says)
    expect(await applied(name)).toEqual([])
  })

  test('what DynamoDB throttles is no failure of the handler: nothing is skipped', async () => {
    const name = freshName()
    let refusals = 0
    observed.fateOf = ({ operation }) =>
      operation === 'TransactWriteItems' && refusals++ < 2
        ? { fail: serviceError('AccessDeniedException', 'no') }
        : 'pass'
    await projection({ ...exactlyOnce(name, store()), onFailure: 'skip' }).done

    expect(await applied(name)).toEqual(oneToFour)
  })

  test('an instance for each range of slices has an offset of its own', async () => {
    const name = freshName()
    const { source: _, ...options } = exactlyOnce(name, store())
    await slicedProjection({
      ...options,
      ranges: sliceRanges(2),
      source: ({ min }) => listSource([envelope(1, `from-${min}`)]),
    }).done

    expect([await applied(name, 'from-0'), await applied(name, 'from-512')]).toEqual([[1], [1]])
    const { Items = [] } = await client.send(new ScanCommand({ TableName: table }))
    expect(
      Items.map(({ projection: key }) => key?.S)
        .filter((key) => key?.startsWith(`${name}-`))
        .sort(),
    ).toEqual([`${name}-0-511`, `${name}-512-1023`])
  })
})
