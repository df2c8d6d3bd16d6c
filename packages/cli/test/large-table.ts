import {
  eventItem,
  type Item,
  inFeed,
  markItem,
  PARTITION_SIZE,
  packedItem,
  partitionOf,
  snapshotItem,
} from '@dynact/dynamodb'
import type { PersistentRepr } from '@dynact/persistence'
import { readGolden } from '../../../tools/pekko-peer/golden.js'
import { putItems } from '../../../tools/test-support/put-items.js'
import type { CliFixture } from './cli-fixture.js'

const keys = { journalName: 'big', sequenceShards: 10 }
const FEED_SHARDS = 32

const IDS = 100_000
const EVENTS = 1_000_000
/** Histories of one packed item each: as many events as lie in the first hundred, so that they need no marks. */
const PACKED_IDS = 7_500
const EVENTS_OF_PACKED = PARTITION_SIZE - 1
/** Histories with an item for each event. */
const MARKED_IDS = 10
const EVENTS_OF_MARKED = 1_000
const SINGLE_IDS = IDS - PACKED_IDS - MARKED_IDS - 1
const TAGGED_EVERY = 1_000
/** When the first event was written; each later one is a microsecond after the one before. */
const BEGUN_AT = Date.UTC(2026, 0, 1)

const padded = (place: number): string => String(place).padStart(5, '0')

/** What the journal `big` of {@link fillLargeTable} holds, beside the golden data of the JVM in the journal `journal`. */
export const LARGE = {
  journalName: keys.journalName,
  ids: IDS,
  events: EVENTS,
  begunAt: BEGUN_AT,
  longId: 'Ledger|long',
  eventsOfLong: EVENTS - PACKED_IDS * EVENTS_OF_PACKED - MARKED_IDS * EVENTS_OF_MARKED - SINGLE_IDS,
  packedIds: PACKED_IDS,
  eventsOfPacked: EVENTS_OF_PACKED,
  packedId: (place: number) => `Cart|${padded(place)}`,
  markedIds: MARKED_IDS,
  markedId: (place: number) => `Order|${padded(place)}`,
  eventsOfMarked: EVENTS_OF_MARKED,
  singleIds: SINGLE_IDS,
  singleId: (place: number) => `Visit|${padded(place)}`,
  /** Those of single events with the tag `first`. */
  taggedIds: Array.from(
    { length: Math.ceil(SINGLE_IDS / TAGGED_EVERY) },
    (_, place) => `Visit|${padded(place * TAGGED_EVERY)}`,
  ),
  /** Of the long id. */
  snapshotAt: 100_000,
} as const

let written = 0

const payloadOf = (sequenceNr: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(sequenceNr)
  return { serializerId: 4, serializerManifest: '', bytes }
}

const events = (persistenceId: string, from: number, count: number, tags: readonly string[] = []): PersistentRepr[] =>
  Array.from({ length: count }, (_, index) => ({
    persistenceId,
    sequenceNr: from + index,
    payload: undefined,
    manifest: '',
    writerUuid: '6f7e2bd5-5ac7-4d8c-9d2f-3a5ce66ef3c1',
    timestamp: BEGUN_AT + written++ / 1_000,
    tags,
  }))

const inOneItem = (batch: readonly PersistentRepr[]): Item => {
  const [first, ...more] = batch
  if (first === undefined) throw new Error('an empty batch')
  const payloads = batch.map(({ sequenceNr }) => payloadOf(sequenceNr))
  const item =
    more.length === 0
      ? eventItem(keys, first, payloadOf(first.sequenceNr), { index: 0, lastIndex: 0 })
      : packedItem(keys, [first, ...more], payloads)
  return inFeed({ journalName: keys.journalName, shards: FEED_SHARDS }, first.persistenceId, item)
}

/** The marks of an id, as its writer has left them: in every shard the last. */
const highMarks = (persistenceId: string, highest: number): Item[] =>
  Array.from({ length: Math.min(partitionOf(highest), keys.sequenceShards) }, (_, back) =>
    markItem(keys, 'SH', persistenceId, (partitionOf(highest) - back) * PARTITION_SIZE),
  )

function* packedHistory(persistenceId: string, count: number): Generator<Item> {
  for (let from = 1; from <= count; from += PARTITION_SIZE)
    yield inOneItem(events(persistenceId, from, Math.min(PARTITION_SIZE, count - from + 1)))
  yield* highMarks(persistenceId, count)
}

function* items(): Generator<Item> {
  const { longId, eventsOfLong, packedId, markedId, singleId } = LARGE
  for (let place = 0; place < SINGLE_IDS; place++)
    yield inOneItem(events(singleId(place), 1, 1, place % TAGGED_EVERY === 0 ? ['first'] : []))
  for (let place = 0; place < PACKED_IDS; place++) yield* packedHistory(packedId(place), EVENTS_OF_PACKED)
  for (let place = 0; place < MARKED_IDS; place++) {
    for (const event of events(markedId(place), 1, EVENTS_OF_MARKED)) yield inOneItem([event])
    yield* highMarks(markedId(place), EVENTS_OF_MARKED)
  }
  yield* packedHistory(longId, eventsOfLong)
}

/** Fills the tables of the fixture: 100,000 ids with 1,000,000 events, some snapshots, and the golden data of the JVM. */
export const fillLargeTable = async (fixture: CliFixture): Promise<void> => {
  const { client, table, snapshotTable } = fixture
  await putItems(client, table, items())
  const golden = readGolden()
  const metadata = { persistenceId: LARGE.longId, sequenceNr: LARGE.snapshotAt, timestamp: BEGUN_AT + 86_400_000 }
  const snapshots = [snapshotItem(keys.journalName, metadata, payloadOf(LARGE.snapshotAt)), ...golden.snapshots]
  await fixture.put(table, golden.journal)
  await fixture.put(snapshotTable, snapshots)
}
