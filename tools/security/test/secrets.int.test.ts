// Whatever fails: what a user gets to see has no credentials and no payloads in it.
import { randomUUID } from 'node:crypto'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { Logger, Tracer } from '@dynact/dynamodb'
import { createJournalTable, deleteJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { dynamoDBReadJournal } from '@dynact/query-dynamodb'
import { createSnapshotTable, deleteSnapshotTable, dynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import { type FateOf, fates, randomFaults, serviceFault, startFaultProxy } from '@dynact/testkit'
import { describeOnRealDynamoDB, testClientConfig, uniqueTableName } from '../../test-support/index.js'
import { findMarkers } from '../find-markers.js'

const markers = { secret: 'sEcReTkEy~4711', token: 'sEsSiOn~0815', payload: 'pAyLoAd~' }
const credentials = { accessKeyId: 'test', secretAccessKey: markers.secret, sessionToken: markers.token }
/** Deadlines pass soon: what fails is what is wanted here. */
const retry = { attemptMs: 300, totalMs: 700, baseMs: 1, maxMs: 5 }
const journalTable = uniqueTableName('journal')
const snapshotTable = uniqueTableName('snapshot')
const owner = new DynamoDBClient(testClientConfig())

/** All that anybody is told. */
class Ear {
  readonly heard: [from: string, what: unknown][] = []

  readonly tell =
    (from: string) =>
    (...what: unknown[]): undefined => {
      this.heard.push([from, what])
    }

  readonly logger: Logger = {
    debug: this.tell('logger'),
    info: this.tell('logger'),
    warn: this.tell('logger'),
    error: this.tell('logger'),
  }
  readonly tracer: Tracer = {
    startSpan: (...begun) => {
      this.tell('tracer')(...begun)
      const tell = this.tell('tracer')
      return { setAttributes: tell, recordException: tell, setStatus: tell, end: tell }
    },
  }

  async of(work: Promise<unknown>): Promise<void> {
    await work.catch(this.tell('error'))
  }

  get sources(): string[] {
    return [...new Set(this.heard.map(([from]) => from))].sort()
  }

  /** Where a marker was heard, and in what. */
  get leaks(): string[] {
    const found = this.heard.flatMap(([from, what]) =>
      findMarkers(what, markers).map((name) => `${name} by ${from}: ${String((what as unknown[])[0])}`),
    )
    return [...new Set(found)]
  }
}

const drain = async (stream: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of stream);
}

const KINDS = [
  'serverError',
  'unavailable',
  'throttled',
  'transactionConflict',
  'reset',
  'lostAnswer',
  'truncated',
  'invalid',
  'wrongCrc32',
  'hang',
  'unprocessed',
  'statementFaults',
  'duplicate',
  'latency',
] as const

const refusals = [
  'AccessDeniedException',
  'ValidationException',
  'UnrecognizedClientException',
  'ResourceNotFoundException',
]
const FATES: readonly (readonly [string, FateOf])[] = [
  ...KINDS.map((kind) => [kind, randomFaults({ seed: 3, rates: { [kind]: 1 } })] as const),
  ['all now and then', randomFaults({ seed: 4, rates: Object.fromEntries(KINDS.map((kind) => [kind, 1 / 14])) })],
  ...refusals.map((name) => [name, () => fates.refuse(serviceFault(name))] as const),
]

describeOnRealDynamoDB('neither credentials nor payloads are told', () => {
  beforeAll(async () => {
    await createJournalTable(owner, { table: journalTable, queries: {} })
    await createSnapshotTable(owner, { table: snapshotTable })
  })
  afterAll(async () => {
    await deleteJournalTable(owner, { table: journalTable })
    await deleteSnapshotTable(owner, { table: snapshotTable })
    owner.destroy()
  })

  test.each(['direct', 'sdk'] as const)(
    'on the transport %s, whatever happens to the requests',
    async (transport) => {
      const ear = new Ear()
      const warned = ear.tell('warning')
      process.on('warning', warned)
      await using proxy = await startFaultProxy({ target: testClientConfig().endpoint })
      const clientConfig = { ...testClientConfig(), endpoint: proxy.endpoint, credentials }
      const patient = { attemptMs: 20_000, totalMs: 40_000, baseMs: 1, maxMs: 5 }
      const watched = {
        clientConfig,
        transport,
        retry,
        logger: ear.logger,
        tracer: ear.tracer,
        onMetrics: ear.tell('onMetrics'),
      }
      const newJournal = (atomicWrites: 'marked' | 'transaction' = 'marked') =>
        dynamoDBJournal({
          ...watched,
          table: journalTable,
          atomicWrites,
          queries: {},
          onAnomaly: ear.tell('onAnomaly'),
          distrust: true,
        })
      const stores = {
        journal: newJournal(),
        transactions: newJournal('transaction'),
        snapshots: dynamoDBSnapshotStore({ ...watched, table: snapshotTable, onUnreadable: 'older' }),
        parts: dynamoDBSnapshotStore({ ...watched, table: snapshotTable, split: true }),
        set: dynamoDBJournal({ client: owner, table: journalTable, queries: {}, retry: patient }),
        setSnapshots: dynamoDBSnapshotStore({ client: owner, table: snapshotTable, split: true, retry: patient }),
        queries: dynamoDBReadJournal({ ...watched, table: journalTable }),
      }
      const write = (id: string, from: number, to: number, writerUuid = 'w', journal = stores.journal) =>
        journal.writeEvents({
          persistenceId: id,
          events: Array.from({ length: to - from + 1 }, (_, index) => ({
            persistenceId: id,
            sequenceNr: from + index,
            payload: { card: markers.payload.repeat(20) },
            manifest: '',
            writerUuid,
            timestamp: Date.now(),
            tags: ['tag'],
          })),
        })
      const save = (id: string, store = stores.snapshots, times = 20) =>
        store.saveSnapshot({ persistenceId: id, sequenceNr: 3, timestamp: Date.now() }, markers.payload.repeat(times))

      const [id, other] = [randomUUID(), randomUUID()]
      await write(id, 1, 3, 'w', stores.set)
      await save(id, stores.setSnapshots)
      await save(other, stores.setSnapshots, 60_000)
      for (const [, fateOf] of FATES) {
        proxy.fateOf = fateOf
        await Promise.all(
          [
            write(randomUUID(), 1, 1),
            write(randomUUID(), 1, 3),
            write(randomUUID(), 1, 3, 'w', stores.transactions),
            write(id, 2, 2, 'another'),
            write(id, 2, 4, 'another'),
            write(id, 2, 4, 'another', stores.transactions),
            drain(stores.journal.replayEvents(id)),
            stores.journal.readHighestSequenceNr(other),
            stores.journal.deleteEventsTo(id, 1),
            save(randomUUID()),
            save(randomUUID(), stores.parts, 60_000),
            stores.snapshots.loadSnapshot(id),
            stores.parts.loadSnapshot(other),
            drain(stores.queries.currentEventsByTag('tag')),
            drain(stores.queries.currentPersistenceIds()),
          ].map((work) => ear.of(work)),
        )
      }
      proxy.fateOf = () => fates.pass
      await damage(id)
      await ear.of(drain(newJournal().replayEvents(id)))
      await ear.of(stores.snapshots.loadSnapshot(id))
      await ear.of(stores.parts.loadSnapshot(id))
      await Promise.all(Object.values(stores).map((store) => store.close()))
      process.off('warning', warned)

      expect(ear.sources).toEqual(expect.arrayContaining(['error', 'logger', 'onMetrics', 'tracer']))
      expect(ear.leaks).toEqual([])
    },
    300_000,
  )

  /** What can't be read is payload as well: no JSON, or of nobody's serializer. */
  const damage = async (id: string): Promise<void> => {
    const bytes = Buffer.from(`${markers.payload}{`)
    const event = {
      par: { S: `journal-P-${id}-0` },
      num: { N: '2' },
      persistence_id: { S: id },
      writer_uuid: { S: 'w' },
    }
    await owner.send(
      new PutItemCommand({
        TableName: journalTable,
        Item: { ...event, event: { B: bytes }, ev_ser_id: { N: '1100' }, ev_ser_manifest: { S: '' } },
      }),
    )
    await owner.send(
      new PutItemCommand({
        TableName: snapshotTable,
        Item: {
          par: { S: `journal-P-${id}` },
          seq: { N: '9' },
          ts: { N: '9' },
          ser_id: { N: '1100' },
          pay_data: { B: bytes },
        },
      }),
    )
  }

  test('a marker would be found, in bytes, hidden, encoded and deep', () => {
    const base64 = Buffer.from(`a${markers.payload}b`).toString('base64')
    const hidden = Object.defineProperty(new Error('x'), 'y', { value: [{ deep: Buffer.from(`1${markers.secret}`) }] })

    expect(findMarkers({ base64 }, markers)).toEqual(['payload'])
    expect(findMarkers(new Error('x', { cause: hidden }), markers)).toEqual(['secret'])
    expect(findMarkers(new Map([[Buffer.from(markers.token).toString('hex'), 1]]), markers)).toEqual(['token'])
    expect(findMarkers(['nothing', Buffer.from('else')], markers)).toEqual([])
  })
})
