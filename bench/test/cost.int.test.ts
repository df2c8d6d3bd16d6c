import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type AttributeValue, BatchWriteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { createJournalTable, dynamoDBJournal, type JournalTableConfig } from '@dynact/journal-dynamodb'
import { createSnapshotTable } from '@dynact/snapshot-dynamodb'
import { describeOnRealDynamoDB, testClientConfig, uniqueTableName } from '../../tools/test-support/index.js'
import { costs, costTable, dollars, eventOf, feedItemOf, ID, packOf, READ_AHEAD, snapshotOf } from '../cost.js'
import { startMeter } from '../endpoints/meter.js'
import { eventsOf, itemOf } from '../framework/events.js'
import { retry } from '../framework/lab.js'

test('the table of docs/cost.md is what bench/cost.js computes', () => {
  const page = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8')

  expect(page).toContain(costTable())
})

test('a million of something cost its units times the price of a unit, in millions', () => {
  expect(dollars({ work: '', write: 2, read: 4 })).toBeCloseTo(2 * 0.625 + 4 * 0.125)
})

const unitsOf = (work: string) => {
  const found = costs().find((cost) => cost.work === work)
  if (found === undefined) throw new Error(`There is no line for ${work}`)
  return { read: found.read ?? 0, write: found.write ?? 0 }
}

describeOnRealDynamoDB('DynamoDB Local measures', () => {
  const client = new DynamoDBClient(testClientConfig())
  afterAll(() => client.destroy())

  const put = async (table: string, Item: Record<string, AttributeValue>): Promise<number> => {
    const { ConsumedCapacity } = await client.send(
      new PutItemCommand({ TableName: table, Item, ReturnConsumedCapacity: 'TOTAL' }),
    )
    return ConsumedCapacity?.CapacityUnits ?? 0
  }
  const journalTable = async (config: JournalTableConfig = {}) => {
    const table = uniqueTableName('cost')
    await createJournalTable(client, { ...config, table })
    return table
  }
  const mark = 1 / 100

  test.each([200, 1_000, 4_000])('the write units of an event of %d bytes', async (bytes) => {
    const size = bytes.toLocaleString('en')
    const units = [
      await put(await journalTable(), eventOf(bytes)),
      await put(await journalTable({ queries: {} }), feedItemOf(bytes)),
      await put(await journalTable({ queries: { projection: 'all' } }), feedItemOf(bytes)),
    ]

    // To the hundredth that stands for the mark.
    expect(units.map((unit) => unit.toFixed(2))).toEqual(
      [
        unitsOf(`event, ${size} bytes, default`).write - mark,
        unitsOf(`event, ${size} bytes, with \`queries\` (keys)`).write - mark,
        unitsOf(`event, ${size} bytes, with \`queries\` (all)`).write - mark,
      ].map((unit) => unit.toFixed(2)),
    )
  })

  test('the write units of batches and snapshots', async () => {
    const table = await journalTable()
    const snapshots = uniqueTableName('cost')
    await createSnapshotTable(client, { table: snapshots })

    expect(await put(table, packOf(25, 200))).toBeCloseTo(
      25 * (unitsOf('event of `persistAll(25)`, 200 bytes, packed').write - mark),
    )
    expect(await put(table, eventOf(200, 24, 24))).toBeCloseTo(
      unitsOf('event of `persistAll(25)`, 200 bytes, marked').write - mark,
    )
    expect(await put(snapshots, snapshotOf(10_000))).toBe(unitsOf('snapshot of 10 KB saved').write)
  })

  test.each([20, 10_000])('the read units of a recovery from %d events, by their bytes', async (count) => {
    const table = await journalTable()
    const id = `${ID.slice(0, -4)}${randomUUID().slice(0, 4)}`
    for (let from = 1; from <= count; from += 25) {
      const puts = Array.from({ length: Math.min(25, count - from + 1) }, (_, index) => ({
        PutRequest: { Item: itemOf(id, from + index) },
      }))
      await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }))
    }
    const meter = await startMeter(testClientConfig().endpoint)
    const journal = dynamoDBJournal({ clientConfig: { ...testClientConfig(), endpoint: meter.url }, table, retry })
    try {
      let seen = 0
      for await (const _ of journal.replayEvents(id)) seen++

      expect(seen).toBe(count)
      // How many empty hundreds a long replay has asked for when it finds the end is a matter of timing.
      const { read } = unitsOf(`recovery from ${count.toLocaleString('en')} events of 200 bytes`)
      const isLong = count > 100
      const metered = meter.take().read
      expect(metered).toBeLessThanOrEqual(read)
      expect(metered).toBeGreaterThan(isLong ? read - READ_AHEAD : read - 1)
    } finally {
      await journal.close()
      meter.stop()
    }
  })

  test('what a write of the journal costs, by the bytes that it sends', async () => {
    const table = await journalTable()
    const meter = await startMeter(testClientConfig().endpoint)
    const journal = dynamoDBJournal({ clientConfig: { ...testClientConfig(), endpoint: meter.url }, table, retry })
    try {
      for (const event of eventsOf(ID, { count: 100 }))
        await journal.writeEvents({ persistenceId: ID, events: [event] })

      expect(meter.take().write).toBeCloseTo(100 * unitsOf('event, 200 bytes, default').write)
    } finally {
      await journal.close()
      meter.stop()
    }
  })
})
