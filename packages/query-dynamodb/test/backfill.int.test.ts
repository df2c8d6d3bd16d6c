import { DeleteItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import { eventItem, eventKey, type Item, markItem, sliceOf, steppingStoneItem } from '@dynact/dynamodb'
import { createJournalTable, deleteJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { type BackfillConfig, type BackfillProgress, backfillFeed } from '@dynact/query-dynamodb'
import { testTransport, uniqueTableName } from '../../../tools/test-support/index.js'
import { diesBefore, observedClient } from '../../../tools/test-support/observed-client.js'

const observed = observedClient()
const keys = { journalName: 'journal', sequenceShards: 10 }
const retry = { attemptMs: 10_000, totalMs: 20_000, baseMs: 1, maxMs: 5 }
let table = ''

beforeAll(() => observed.start())
afterAll(() => observed.stop())
beforeEach(async () => {
  observed.fateOf = () => 'pass'
  table = uniqueTableName('journal')
  await createJournalTable(observed.client, { table })
  observed.requests.length = 0
})
afterEach(async () => {
  observed.fateOf = () => 'pass'
  await deleteJournalTable(observed.client, { table })
})

const fill = (config: Partial<BackfillConfig> = {}) =>
  backfillFeed({ client: observed.client, transport: testTransport, table, retry, ...config } as BackfillConfig)
const put = (item: Item) => observed.client.send(new PutItemCommand({ TableName: table, Item: item }))

/** An event as a JVM (time 0) or an older version of ours writes it. */
const putEvent = (persistenceId: string, sequenceNr: number, timestamp = 0, journalName = 'journal') =>
  put(
    eventItem(
      { ...keys, journalName },
      { persistenceId, sequenceNr, payload: '', manifest: '', writerUuid: 'w', timestamp, tags: [] },
      { serializerId: 20, serializerManifest: '', bytes: new Uint8Array(1) },
      { index: 0, lastIndex: 0 },
    ),
  )

const items = async (): Promise<Item[]> =>
  (await observed.client.send(new ScanCommand({ TableName: table, ConsistentRead: true }))).Items ?? []
/** Sequence number and time of the events in the feed, in the order of their ids and numbers. */
const feed = async (persistenceId: string): Promise<[number, number][]> =>
  (await items())
    .filter((item) => item['feed'] !== undefined && item['persistence_id']?.S === persistenceId)
    .map((item): [number, number] => [Number(item['seq']?.N), Number(item['ts']?.N)])
    .sort(([a], [b]) => a - b)

test('gives feed and slice to events that have none, and leaves the rest of them as it was', async () => {
  await putEvent('Order|7', 1, 5)
  const [before] = await items()
  const progress = await fill({ queries: { shards: 64 } })

  const slice = sliceOf('Order|7')
  const expected = { feed: { S: `journal-${Math.floor(slice / 16)}` }, slice: { N: String(slice) } }
  expect(await items()).toEqual([{ ...before, ...expected }])
  expect(progress).toEqual({ scanned: 1, updated: 1, cursor: undefined })
})

test('events without a time follow the one before, or stand in 1970; the order of an id is kept', async () => {
  for (const nr of [1, 2, 5]) await putEvent('a', nr)
  await putEvent('a', 6, 1_000)
  await putEvent('a', 7)
  await putEvent('a', 8)
  await putEvent('a', 9, 2_000)
  await fill()

  expect(await feed('a')).toEqual([
    [1, 1],
    [2, 2],
    [5, 3],
    [6, 1_000_000],
    [7, 1_000_001],
    [8, 1_000_002],
    [9, 2_000_000],
  ])
})

test('events that are deleted and wait for their removal stay out', async () => {
  for (const nr of [1, 2, 3]) await putEvent('a', nr, nr)
  const journal = dynamoDBJournal({
    client: observed.client,
    transport: testTransport,
    table,
    deletedTimeToLiveMs: 1_000,
  })
  await journal.deleteEventsTo('a', 2)
  await journal.close()

  await fill()

  expect(await feed('a')).toEqual([[3, 3_000]])
})

test('over hundreds in any order, a few at once, the order is kept', async () => {
  await putEvent('a', 50, 1_000)
  await Promise.all(Array.from({ length: 200 }, (_, index) => putEvent('a', 51 + index)))
  await fill({ parallelism: 4 })

  expect(await feed('a')).toEqual(Array.from({ length: 201 }, (_, index) => [50 + index, 1_000_000 + index]))
})

test('marks, stepping stones and other journals stay out', async () => {
  await put(markItem(keys, 'SH', 'a', 100))
  await put(steppingStoneItem(keys, 'a', 100, 'w'))
  await putEvent('a', 1, 0, 'other')

  expect(await fill()).toMatchObject({ scanned: 3, updated: 0 })
  expect((await items()).filter((item) => item['feed'] !== undefined)).toEqual([])
})

test('a packed batch gets the tags of its events', async () => {
  const journal = dynamoDBJournal({
    client: observed.client,
    transport: testTransport,
    table,
    retry,
    atomicWrites: 'packed',
  })
  const event = (sequenceNr: number, tags: string[]) => ({
    persistenceId: 'a',
    sequenceNr,
    payload: sequenceNr,
    manifest: '',
    writerUuid: 'w',
    timestamp: sequenceNr,
    tags,
  })
  await journal.writeEvents({ persistenceId: 'a', events: [event(1, ['x']), event(2, ['x', 'y']), event(3, [])] })
  await putEvent('a', 4)
  await fill()

  const [batch] = (await items()).filter((item) => item['n'] !== undefined)
  expect(batch?.['tags']?.SS?.sort()).toEqual(['x', 'y'])
  expect(await feed('a')).toEqual([
    [1, 1_000],
    [4, 3_001],
  ])
  await journal.close()
})

test('an event that is deleted meanwhile does not come back', async () => {
  for (const nr of [1, 2]) await putEvent('a', nr)
  observed.fateOf = ({ operation, input }) =>
    operation !== 'UpdateItem' || input.Key.num.N !== '2'
      ? 'pass'
      : {
          before: () => observed.client.send(new DeleteItemCommand({ TableName: table, Key: eventKey(keys, 'a', 2) })),
        }

  expect(await fill()).toMatchObject({ updated: 1 })
  expect((await items()).map((item) => item['seq']?.N)).toEqual(['1'])
})

test('interrupted at any request, resumes from its cursor with the same result; run again it changes nothing', async () => {
  for (const nr of [98, 99, 100, 101]) await putEvent('a', nr)
  const expected = [98, 99, 100, 101].map((nr) => [nr, nr])
  for (let dies = 0, isDone = false; !isDone; dies++) {
    observed.requests.length = 0
    observed.fateOf = diesBefore(dies)
    let cursor: string | undefined
    isDone = await fill({
      parallelism: 1,
      onProgress: (progress: BackfillProgress) => (cursor = progress.cursor),
    }).then(
      () => true,
      (error) => {
        expect(error).toMatchObject({ name: 'BackfillError', progress: { cursor } })
        return false
      },
    )
    observed.fateOf = () => 'pass'
  }

  expect(await feed('a')).toEqual(expected)
  expect(await fill()).toMatchObject({ updated: 0 })
})

test('goes on page by page, and from a page', async () => {
  for (const id of ['a', 'b', 'c', 'd']) await putEvent(id, 1)
  observed.fateOf = ({ operation, proxied }) =>
    operation === 'Scan' ? { input: { ...proxied.input, Limit: 1 } } : 'pass'
  const cursors: (string | undefined)[] = []
  const stop = new AbortController()
  const stopped = fill({
    signal: stop.signal,
    onProgress: ({ cursor }: BackfillProgress) => {
      cursors.push(cursor)
      if (cursors.length === 2) stop.abort(new Error('enough'))
    },
  })
  await expect(stopped).rejects.toThrow('enough')

  expect(await fill({ from: cursors[1] })).toMatchObject({ updated: 2 })
  expect((await items()).every((item) => item['feed'] !== undefined)).toBe(true)
})

test('counts what it has changed in all hundreds that are worked on at once', async () => {
  for (const id of ['a', 'b', 'c', 'd']) for (const sequenceNr of [1, 2, 3]) await putEvent(id, sequenceNr)

  expect(await fill()).toMatchObject({ updated: 12 })
})

test('refuses a cursor that is none', async () => {
  await expect(fill({ from: 'here' })).rejects.toMatchObject({ code: 'CONFIG' })
})
