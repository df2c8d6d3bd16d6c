// What the real Pekko plugin wrote, read by us: every id comes back as the JVM recovered it, but for what the JVM loses.
import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { type Item, markItem } from '@dynact/dynamodb'
import type { Journal, PersistentRepr, ReplayRange, SnapshotStore } from '@dynact/persistence'
import {
  createSnapshotTable,
  type DynamoDBSnapshotStore,
  deleteSnapshotTable,
  dynamoDBSnapshotStore,
} from '@dynact/snapshot-dynamodb'
import { jest } from '@jest/globals'
import { type GoldenId, readGolden } from '../../../tools/pekko-peer/golden.js'
import { harnessSerialization } from '../../../tools/pekko-peer/harness-serialization.js'
import {
  asWeSeeIt,
  payloadOf,
  type SeenEvent,
  type SeenSnapshot,
  seenEvent,
  typedValue,
} from '../../../tools/pekko-peer/typed-value.js'
import { testTransport, uniqueTableName } from '../../../tools/test-support/index.js'
import { JournalFixture } from './journal-fixture.js'

const golden = readGolden()
const PATIENT = { attemptMs: 10_000, totalMs: 20_000 }
// Some of the histories take hundreds of requests.
jest.setTimeout(60_000)
const fixture = new JournalFixture()
const snapshotTable = uniqueTableName('snapshot')
const serialization = harnessSerialization()
let journal: Journal
let snapshotStore: DynamoDBSnapshotStore

beforeAll(async () => {
  await fixture.create()
  const { client } = fixture
  await createSnapshotTable(client, { table: snapshotTable })
  await putAll(client, fixture.table, golden.journal)
  await putAll(client, snapshotTable, golden.snapshots)
  journal = fixture.journal({ serialization, retry: PATIENT })
  snapshotStore = dynamoDBSnapshotStore({ client, transport: testTransport, table: snapshotTable, serialization })
})
afterAll(async () => {
  await snapshotStore.close()
  await deleteSnapshotTable(fixture.client, { table: snapshotTable })
  await fixture.remove()
})

const putAll = async (client: DynamoDBClient, table: string, items: readonly Item[]): Promise<void> => {
  for (let from = 0; from < items.length; from += 25) {
    const puts = items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }))
    const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }))
    expect(UnprocessedItems).toEqual({})
  }
}

interface Recovered {
  readonly highestSequenceNr: number
  readonly snapshot: SeenSnapshot | undefined
  readonly events: readonly SeenEvent[]
}

/** A recovery as an actor does it: the newest snapshot that fits, then the events after it. */
const recover = async (
  pid: string,
  { toSequenceNr, max }: ReplayRange = {},
  store: SnapshotStore | undefined = snapshotStore,
): Promise<Recovered> => {
  const selected = await store?.loadSnapshot(pid, { maxSequenceNr: toSequenceNr })
  const snapshotSequenceNr = selected?.metadata.sequenceNr ?? 0
  const replay = journal.replayEvents(pid, { fromSequenceNr: snapshotSequenceNr + 1, toSequenceNr, max })
  const events: SeenEvent[] = []
  for await (const event of replay) events.push(seenEvent(event))
  return {
    highestSequenceNr: Math.max(snapshotSequenceNr, await replay.highestSequenceNr),
    snapshot: selected && {
      seq: snapshotSequenceNr,
      ts: selected.metadata.timestamp,
      ...typedValue(selected.snapshot),
    },
    events,
  }
}
const recoverWithoutSnapshot = async (pid: string): Promise<readonly SeenEvent[]> => {
  const events: SeenEvent[] = []
  for await (const event of journal.replayEvents(pid)) events.push(seenEvent(event))
  return events
}

const texts = (prefix: string, seqs: readonly number[]): SeenEvent[] =>
  seqs.map((seq) => ({ seq, type: 'string', value: `${prefix}-${seq}` }))

/** Stored events that the JVM loses, and the highest number then; we return them. */
const LOST_BY_THE_JVM: ReadonlyMap<string, { why: string; events: readonly SeenEvent[]; highest: number }> = new Map([
  [
    'snapshot-mid-batch',
    {
      why: 'the replay starts inside the batch 2-6, so the JVM takes its rest for an incomplete batch',
      events: texts('b', [5, 6]),
      highest: 7,
    },
  ],
  [
    'deleted-mid-batch',
    {
      why: '2 and 3 of the batch 2-6 are deleted, so the JVM takes its rest for an incomplete batch',
      events: texts('b', [4, 5, 6]),
      highest: 7,
    },
  ],
  [
    'rejected-100',
    {
      why: 'event 100 was rejected, so the JVM has no SH item of that hundred and believes that the history ends at 99',
      events: texts('e', [101, 102, 103]),
      highest: 103,
    },
  ],
])

/** What we are to recover: what the JVM did, and what it lost. */
const expected = ({ pid, highestSequenceNr, snapshot, events }: GoldenId): Recovered => {
  const lost = LOST_BY_THE_JVM.get(pid)
  return {
    highestSequenceNr: lost?.highest ?? highestSequenceNr,
    snapshot,
    events: [...events.map(asWeSeeIt), ...(lost?.events ?? [])].sort((a, b) => a.seq - b.seq),
  }
}

/** The items of one id: its events and marks. */
const storedOf = (items: readonly Item[], pid: string): Item[] => {
  const prefixes = ['P', 'SH', 'SL'].map((kind) => `journal-${kind}-${pid}-`)
  return items.filter((item) => {
    const par = item['par']?.S ?? ''
    return prefixes.some((prefix) => par.startsWith(prefix) && /^\d+$/.test(par.slice(prefix.length)))
  })
}
const sorted = (items: readonly Item[]): Item[] => {
  const key = (item: Item) => `${item['par']?.S} ${item['num']?.N?.padStart(2, '0')}`
  return items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
}

/** The writes that must have stored these items: single events, and the batches that idx and cnt tell of. */
const writesOf = (pid: string, stored: readonly Item[]): PersistentRepr[][] => {
  const values = new Map(golden.ids.find((id) => id.pid === pid)?.events.map((event) => [event.seq, event]))
  const writes: PersistentRepr[][] = []
  const events = stored.filter((item) => item['event'] !== undefined)
  for (const item of events.toSorted((a, b) => Number(a['seq']?.N) - Number(b['seq']?.N))) {
    const sequenceNr = Number(item['seq']?.N)
    const event = {
      persistenceId: pid,
      sequenceNr,
      payload: payloadOf(values.get(sequenceNr) as SeenEvent),
      manifest: item['manifest']?.S ?? '',
      writerUuid: item['writer_uuid']?.S ?? '',
      timestamp: 1_700_000_000_000 + sequenceNr,
      tags: [],
    }
    if (Number(item['idx']?.N ?? 0) === 0) writes.push([event])
    else writes.at(-1)?.push(event)
  }
  return writes
}

const named = <T extends { pid: string; note: string }>(ids: readonly T[]): [string, T][] =>
  ids.map((id) => [`${id.pid} (${id.note})`, id])

test('the golden file has all the cases that these tests are about', () => {
  expect(golden.ids).toHaveLength(52)
  expect([golden.journal.length, golden.snapshots.length]).toEqual([1263, 13])
})

test('every stored event belongs to an id that is recovered here', () => {
  const stored = golden.journal.flatMap((item) => /^journal-P-(.*)-\d+$/.exec(item['par']?.S ?? '')?.[1] ?? [])
  const recovered = new Set(golden.ids.map(({ pid }) => pid))

  expect([...new Set(stored)].filter((pid) => !recovered.has(pid))).toEqual([])
})

describe('recovers as the JVM does', () => {
  test.each(named(golden.ids))('%s', async (_, id) => {
    expect(await recover(id.pid)).toEqual(expected(id))
  })
})

describe('recovers without a snapshot as the JVM does', () => {
  test.each(named(golden.ids.filter((id) => id.eventsWithoutSnapshot !== undefined)))('%s', async (_, id) => {
    expect(await recoverWithoutSnapshot(id.pid)).toEqual(id.eventsWithoutSnapshot?.map(asWeSeeIt))
  })
})

describe('recovers partially as the JVM does', () => {
  const cases = golden.ids.flatMap(({ pid, partial = [] }) =>
    partial.map((limits) => ({ pid, ...limits, note: `to ${limits.toSequenceNr}, at most ${limits.replayMax}` })),
  )

  test.each(named(cases))('%s', async (_, { pid, toSequenceNr, replayMax, highestSequenceNr, snapshotSeq, seqs }) => {
    const range = { toSequenceNr: toSequenceNr ?? undefined, max: replayMax ?? undefined }

    const recovered = await recover(pid, range)

    expect(recovered.highestSequenceNr).toBe(highestSequenceNr)
    expect(recovered.snapshot?.seq).toBe(snapshotSeq ?? undefined)
    expect(recovered.events.map(({ seq }) => seq)).toEqual(seqs)
  })
})

describe('the highest sequence number agrees with the JVM', () => {
  // A snapshot without events counts for the actor, not for the journal.
  const withEvents = golden.ids.filter(({ pid }) => !pid.startsWith('legacy-snapshot-'))

  test.each(named(withEvents))('%s', async (_, id) => {
    const { highestSequenceNr } = expected(id)

    expect(await journal.readHighestSequenceNr(id.pid)).toBe(highestSequenceNr)
    expect(await journal.readHighestSequenceNr(id.pid, highestSequenceNr)).toBe(highestSequenceNr)
  })
})

describe('given the same writes, our journal stores what the JVM stored, and our timestamps', () => {
  const other = new JournalFixture()
  beforeAll(() => other.create())
  afterAll(() => other.remove())

  const whole = [
    'strings-5',
    'strings-250',
    'batches',
    'batch-starts-100',
    'batch-ends-100',
    'batch-220',
    'notes',
    'adapted',
  ]
  const types = ['bytes', 'primitives', 'string-edges', 'order 42 - äöü|日本-🎈-7']
  /** One persistAll over two edges: the JVM stores the last mark only, we store both. */
  const ourMarks: Readonly<Record<string, Item[]>> = { 'batch-220': [markItem(golden.config, 'SH', 'batch-220', 100)] }

  test.each([...whole, ...types])('%s', async (pid) => {
    const stored = storedOf(golden.journal, pid)
    const writer = other.journal({ serialization, retry: PATIENT })

    for (const events of writesOf(pid, stored)) await writer.writeEvents({ persistenceId: pid, events })

    const ours = storedOf(await other.itemsOf('journal-'), pid)
    expect(ours.filter((item) => item['event'] !== undefined && item['ts'] === undefined)).toEqual([])
    expect(sorted(ours.map(({ ts: _, ...item }) => item))).toEqual(sorted([...stored, ...(ourMarks[pid] ?? [])]))
  })
})
