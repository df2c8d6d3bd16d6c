import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { type Item, PARTITION_SIZE, packedItem } from '@dynact/dynamodb'
import { type Serializer, serialization } from '@dynact/persistence'
import { testClientConfig, testTransport } from '../../../tools/test-support/index.js'
import { putItems } from '../../../tools/test-support/put-items.js'
import { freshId, JournalFixture, repr, span, write } from './journal-fixture.js'

const fixture = new JournalFixture()
/** Past the fixture's, which looks at every request. */
const client = new DynamoDBClient(testClientConfig())
beforeAll(() => fixture.create())
afterAll(async () => {
  client.destroy()
  await fixture.remove()
})
beforeEach(() => fixture.reset())

const keys = { journalName: 'journal', sequenceShards: 10 }
const MIB = 1024 * 1024

const collectGarbage = (() => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})()

/** A history of one packed batch a hundred: a tenth of the requests that single events would take. */
const putHistory = (id: string, size: number): Promise<void> => putItems(client, fixture.table, hundredsOf(id, size))

function* hundredsOf(id: string, size: number): Generator<Item> {
  for (let from = 0; from < size; from += PARTITION_SIZE) {
    const events = span(Math.max(1, from), from + PARTITION_SIZE - 1).map((sequenceNr) => repr(id, sequenceNr))
    const [first, ...rest] = events
    if (first === undefined) throw new Error('an empty hundred')
    const payloads = events.map(({ payload }) => ({
      serializerId: 20,
      serializerManifest: '',
      bytes: Buffer.from(payload),
    }))
    yield packedItem(keys, [first, ...rest], payloads)
  }
}

/** A tenth shows the same growth, or none; `npm run test:large` takes the full size. */
const size = process.env['DYNACT_TEST_LARGE'] === 'whole' && testTransport === 'direct' ? 1_000_000 : 100_000

/** The least that garbage leaves room for. */
const maxGrowthMiB = size === 1_000_000 ? 32 : 8

test(`${size} events are replayed in order, and the heap grows by ${maxGrowthMiB} MiB at most`, async () => {
  const id = freshId()
  await putHistory(id, size)
  fixture.reset()
  let count = 0
  let baseline = 0
  let highest = 0

  for await (const event of fixture.journal().replayEvents(id)) {
    count++
    if (event.sequenceNr !== count) throw new Error(`event ${count} expected, got ${event.sequenceNr}`)
    if (count % 20_000 !== 10_000) continue
    fixture.observed.requests.length = 0
    collectGarbage()
    const { heapUsed } = process.memoryUsage()
    if (baseline === 0) baseline = heapUsed
    highest = Math.max(highest, heapUsed)
  }

  expect(count).toBe(size - 1)
  expect((highest - baseline) / MIB).toBeLessThan(maxGrowthMiB)
}, 1_200_000)

test('the event loop gets its turns while a long history is decoded', async () => {
  const id = freshId()
  await fixture.journal().writeEvents(write(id, 1, 60))
  // Keeps the processor busy for 5 ms an event.
  const slow: Serializer<string> = {
    identifier: 5_000,
    manifest: () => '',
    toBinary: (value) => new Uint8Array(Buffer.from(value)),
    fromBinary: (bytes) => {
      for (const end = performance.now() + 5; performance.now() < end; );
      return Buffer.from(bytes).toString()
    },
  }
  const journal = fixture.journal({
    serialization: serialization({ bindings: [{ when: (value) => value === 'slow', use: slow }] }),
  })
  await journal.writeEvents({
    persistenceId: id,
    events: span(61, 100).map((nr) => ({ ...repr(id, nr), payload: 'slow' })),
  })
  let turns = 0
  let isDone = false
  const tick = (): void => {
    turns++
    if (!isDone) setImmediate(tick)
  }
  const replay = journal.replayEvents(id, { fromSequenceNr: 61 })[Symbol.asyncIterator]()
  await replay.next()
  setImmediate(tick)

  while ((await replay.next()).done !== true);
  isDone = true

  // 39 events of 5 ms in slices of 5 ms: a turn at least every third event.
  expect(turns).toBeGreaterThanOrEqual(13)
})

test('a consumer that stops pulling stops the requests: read-ahead is bounded', async () => {
  const id = freshId()
  await putHistory(id, 5_000)
  fixture.reset()
  const replay = fixture.journal({ replayParallelism: 4 }).replayEvents(id)[Symbol.asyncIterator]()
  for (let count = 1; count <= 150; count++) await replay.next()

  // A round trip of another kind, so that whatever was going to be sent has been.
  await fixture.getItem(id, 1)

  const queries = fixture.observed.requests.filter(({ operation }) => operation === 'Query').length
  expect(queries).toBeLessThanOrEqual(2 + 4)
  await replay.return?.()
})
