// The policies of docs/security.md, as IAM would apply them: what a role does is allowed, and what is allowed, it does.
import { randomBytes, randomUUID } from 'node:crypto'
import { DeleteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { createJournalTable, deleteJournalTable, dynamoDBJournal, type JournalConfig } from '@dynact/journal-dynamodb'
import { type Journal, MonotonicTimestamps, type PersistentRepr, RecoveryError } from '@dynact/persistence'
import {
  backfillFeed,
  createOffsetTable,
  deleteOffsetTable,
  dynamoDBOffsetStore,
  dynamoDBReadJournal,
  eventsCleanup,
  projection,
} from '@dynact/query-dynamodb'
import { createKeyTable, deleteKeyTable, dynamoDBKeyStore } from '@dynact/serialization-encrypted'
import {
  createSnapshotTable,
  deleteSnapshotTable,
  dynamoDBSnapshotStore,
  type SnapshotStoreConfig,
} from '@dynact/snapshot-dynamodb'
import { fates, startFaultProxy } from '@dynact/testkit'
import { describeOnRealDynamoDB, testClientConfig, uniqueTableName } from '../../test-support/index.js'
import { PolicyGuard, policies } from '../policy.js'

const retry = { attemptMs: 20_000, totalMs: 40_000, baseMs: 1, maxMs: 5 }
const masterKey = new Uint8Array(randomBytes(32))
const queries = {}
const large = 'x'.repeat(900_000)

/** The tables of one test, under the names that the policies have for them. */
class Tables {
  readonly journal = uniqueTableName('journal')
  /** A journal, too: without indexes. */
  readonly bareJournal = uniqueTableName('journal')
  readonly snapshot = uniqueTableName('snapshot')
  readonly offset = uniqueTableName('offset')
  readonly keys = uniqueTableName('keys')

  readonly nameOf = (table: string): string => {
    const kind = table.split('-')[0]
    return Object.values(this).includes(table) ? `dynact-${kind}` : table
  }

  async create(client: DynamoDBClient): Promise<void> {
    const deletedTimeToLiveMs = 60_000
    await createJournalTable(client, { table: this.journal, queries, persistenceIdsIndex: true, deletedTimeToLiveMs })
    await createJournalTable(client, { table: this.bareJournal })
    await createSnapshotTable(client, { table: this.snapshot, deletedTimeToLiveMs })
    await createOffsetTable(client, { table: this.offset })
    await createKeyTable(client, { table: this.keys })
  }

  async remove(client: DynamoDBClient): Promise<void> {
    for (const table of [this.journal, this.bareJournal]) await deleteJournalTable(client, { table })
    await deleteSnapshotTable(client, { table: this.snapshot })
    await deleteOffsetTable(client, { table: this.offset })
    await deleteKeyTable(client, { table: this.keys })
  }
}

/** What works on the tables as a role: closed in the end. */
class Actor {
  readonly #open: { close(): Promise<void> }[] = []
  readonly client: DynamoDBClient
  readonly tables: Tables

  constructor(client: DynamoDBClient, tables: Tables) {
    this.client = client
    this.tables = tables
  }

  #keep<T extends { close(): Promise<void> }>(one: T): T {
    this.#open.push(one)
    return one
  }

  journal(config: Partial<JournalConfig> = {}) {
    return this.#keep(dynamoDBJournal({ client: this.client, table: this.tables.journal, retry, queries, ...config }))
  }

  snapshotStore(config: Partial<SnapshotStoreConfig> = {}) {
    return this.#keep(dynamoDBSnapshotStore({ client: this.client, table: this.tables.snapshot, retry, ...config }))
  }

  readJournal(table = this.tables.journal) {
    return this.#keep(dynamoDBReadJournal({ client: this.client, table, retry }))
  }

  offsetStore() {
    return this.#keep(dynamoDBOffsetStore({ client: this.client, table: this.tables.offset, retry }))
  }

  keyStore() {
    return this.#keep(dynamoDBKeyStore({ client: this.client, table: this.tables.keys, retry, masterKey }))
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((one) => one.close()))
    this.client.destroy()
  }
}

const timestamps = new MonotonicTimestamps()
const events = (persistenceId: string, from: number, to = from): PersistentRepr[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    persistenceId,
    sequenceNr: from + index,
    payload: `event ${from + index}`,
    manifest: '',
    writerUuid: 'writer-1',
    timestamp: timestamps.next(),
    tags: ['tag'],
  }))
const write = (journal: Journal, id: string, from: number, to = from): Promise<void> =>
  journal.writeEvents({ persistenceId: id, events: events(id, from, to) })
const freshId = () => `Order|${randomUUID()}`

const drain = async <T>(stream: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const one of stream) all.push(one)
  return all
}

describeOnRealDynamoDB('the policy of the', () => {
  const plain = () => new DynamoDBClient(testClientConfig())
  let tables: Tables
  let owner: Actor
  beforeEach(() => {
    tables = new Tables()
    owner = new Actor(plain(), tables)
  })
  afterEach(async () => {
    await tables.remove(owner.client)
    await owner.close()
  })

  const runs = async (role: string, work: (actor: Actor, guard: PolicyGuard) => Promise<void>): Promise<void> => {
    const guard = new PolicyGuard(policies().get(role) ?? [], tables.nameOf)
    await using proxy = await startFaultProxy({ target: testClientConfig().endpoint, fateOf: guard.fateOf })
    const actor = new Actor(
      new DynamoDBClient({ ...testClientConfig(), endpoint: proxy.endpoint, maxAttempts: 1 }),
      tables,
    )
    try {
      await work(actor, guard)
    } finally {
      await actor.close()
    }
    expect({ refused: guard.refused, superfluous: guard.superfluous }).toEqual({ refused: [], superfluous: [] })
  }

  test('writer lets persistent actors write, recover, save snapshots and keep few of both', async () => {
    await tables.create(owner.client)
    await runs('writer', async (actor, guard) => {
      for (const atomicWrites of ['marked', 'packed', 'transaction'] as const)
        for (const deletedTimeToLiveMs of [undefined, 60_000]) {
          const journal = actor.journal({ atomicWrites, ...(deletedTimeToLiveMs && { deletedTimeToLiveMs }) })
          const id = freshId()
          await write(journal, id, 1)
          // What is delivered twice meets itself: it is looked at whose item is there.
          guard.next = ({ operation }) => (operation === 'BatchExecuteStatement' ? fates.duplicate : fates.pass)
          await write(journal, id, 2, 5)
          guard.next = () => fates.pass
          await write(journal, id, 6, 101)
          expect(await drain(actor.journal().replayEvents(id))).toHaveLength(101)
          expect(await actor.journal().readHighestSequenceNr(id)).toBe(101)
          await journal.deleteEventsTo(id, 3)
          await journal.deleteEventsTo(id, 101)
          expect(await drain(actor.journal().replayEvents(id))).toEqual([])
        }
      for (const config of [{}, { deletedTimeToLiveMs: 60_000 }, { split: true }]) {
        const store = actor.snapshotStore(config)
        const id = freshId()
        const state = 'split' in config ? large : 'small'
        for (const sequenceNr of [1, 2, 3]) {
          const metadata = { persistenceId: id, sequenceNr, timestamp: Date.now() }
          await store.saveSnapshot(metadata, state)
        }
        expect((await store.loadSnapshot(id))?.snapshot).toBe(state)
        await store.deleteSnapshots(id, { maxSequenceNr: 2 })
        await store.deleteSnapshot({ persistenceId: id, sequenceNr: 3, timestamp: 0 })
        expect(await store.loadSnapshot(id)).toBeUndefined()
      }
      await readsOfLostPart(actor)
      const keys = actor.keyStore()
      const { version } = await keys.getOrCreate('person-1')
      expect(await actor.keyStore().get('person-1', version)).toBeDefined()
    })
  })

  /** A part is not there: was the snapshot replaced meanwhile, or is it damaged? */
  const readsOfLostPart = async (actor: Actor): Promise<void> => {
    const id = freshId()
    const store = actor.snapshotStore({ split: true })
    await store.saveSnapshot({ persistenceId: id, sequenceNr: 1, timestamp: Date.now() }, large)
    const { Items = [] } = await owner.client.send(new ScanCommand({ TableName: tables.snapshot }))
    const part = Items.find((item) => item['persistence_id']?.S === id)
    const Key = { par: part?.['par'] ?? { S: '' }, seq: part?.['seq'] ?? { N: '0' } }
    await owner.client.send(new DeleteItemCommand({ TableName: tables.snapshot, Key }))
    await expect(store.loadSnapshot(id)).rejects.toThrow(RecoveryError)
  }

  test('reader lets queries and projections read, and store their offsets', async () => {
    await tables.create(owner.client)
    const [id, other] = [freshId(), freshId()]
    await write(owner.journal(), id, 1, 3)
    await write(owner.journal({ table: tables.bareJournal, queries: undefined }), other, 1, 3)
    await owner.journal().deleteEventsTo(id, 1)
    const { version } = await owner.keyStore().getOrCreate(id)
    await runs('reader', async (actor) => {
      const readJournal = actor.readJournal()
      expect(await drain(readJournal.currentPersistenceIds())).toEqual([id])
      expect(await drain(actor.readJournal(tables.bareJournal).currentPersistenceIds())).toEqual([other])
      expect(await drain(readJournal.currentEventsByPersistenceId(id))).toHaveLength(2)
      expect(await drain(readJournal.currentEventsByTag('tag'))).toHaveLength(2)
      expect(await drain(readJournal.currentEventsBySlices('Order', 0, 1023))).toHaveLength(2)
      const live = readJournal.eventsByTag('tag')
      for await (const event of live) if (event.sequenceNr === 3) break
      expect(await actor.keyStore().get(id, version)).toBeDefined()

      const handled: number[] = []
      await projection({
        name: 'sums',
        source: (offset) => readJournal.currentEventsBySlices('Order', 0, 1023, offset),
        offsetStore: actor.offsetStore(),
        handler: ({ sequenceNr }) => {
          handled.push(sequenceNr)
        },
      }).done
      expect(handled).toEqual([2, 3])
      await projection({
        name: 'exactly',
        source: (offset) => readJournal.currentEventsBySlices('Order', 0, 1023, offset),
        offsetStore: actor.offsetStore(),
        delivery: 'exactly-once',
        handler: () => [],
      }).done
    })
  })

  test('admin lets jobs make tables, tidy up, back-fill, and delete tables', async () => {
    await runs('admin', async (actor) => {
      await tables.create(actor.client)
      const ids = Array.from({ length: 4 }, freshId)
      for (const id of ids) {
        await write(owner.journal({ queries: undefined }), id, 1, 3)
        await write(owner.journal({ queries: undefined, atomicWrites: 'packed' }), id, 4, 9)
        for (const sequenceNr of [2, 7])
          await owner
            .snapshotStore({ split: true })
            .saveSnapshot({ persistenceId: id, sequenceNr, timestamp: Date.now() }, sequenceNr === 2 ? large : 'small')
      }
      expect((await backfillFeed({ client: actor.client, table: tables.journal, retry })).updated).toBe(16)

      const cleanup = eventsCleanup({ journal: actor.journal(), snapshotStore: actor.snapshotStore() })
      const pages = () => actor.readJournal().currentPersistenceIdPages()
      await cleanup.cleanupBeforeSnapshot(pages())
      await cleanup.deleteEventsBefore(pages(), Date.now() - 60_000)
      await cleanup.deleteAll(pages(), { resetSequenceNumber: true })
      expect(await drain(actor.readJournal().currentPersistenceIds())).toEqual([])
      const [id = ''] = ids
      await write(owner.journal(), id, 1, 2)
      await owner.snapshotStore().saveSnapshot({ persistenceId: id, sequenceNr: 1, timestamp: Date.now() }, 'small')
      const keeping = { deletedTimeToLiveMs: 60_000 }
      const kept = eventsCleanup({ journal: actor.journal(keeping), snapshotStore: actor.snapshotStore(keeping) })
      await kept.deleteAll([id])

      await actor.offsetStore().reset('sums')
      await owner.keyStore().getOrCreate('person-1')
      const keys = actor.keyStore()
      await keys.rotate('person-1')
      await keys.forget('person-1')
      await tables.remove(actor.client)
    })
  })
})
