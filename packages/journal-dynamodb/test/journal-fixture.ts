import { randomUUID } from 'node:crypto'
import { type DynamoDBClient, GetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import { eventItem, eventKey, type Item, type PlaceInWrite } from '@dynact/dynamodb'
import {
  createJournalTable,
  type DynamoDBJournal,
  deleteJournalTable,
  dynamoDBJournal,
  type JournalConfig,
  type JournalTableConfig,
  type ReadOptions,
} from '@dynact/journal-dynamodb'
import type { AtomicWrite, Journal, PersistentRepr, ReplayRange } from '@dynact/persistence'
import { testTransport, uniqueTableName } from '../../../tools/test-support/index.js'
import { type ObservedClient, observedClient } from '../../../tools/test-support/observed-client.js'

/** Retries of which the deadline passes in the first pause: a test of a failure does not wait for it, and no attempt is cut short. */
export const impatient = { attemptMs: 10_000, totalMs: 10_000, baseMs: 60_000, maxMs: 60_000 }

/** A table of the test file's own, with a client that sees every request. */
export class JournalFixture {
  readonly table = uniqueTableName('journal')
  readonly observed: ObservedClient = observedClient()
  readonly #open: Journal[] = []

  get client(): DynamoDBClient {
    return this.observed.client
  }

  async create(config: JournalTableConfig = {}): Promise<void> {
    await this.observed.start()
    await createJournalTable(this.client, { ...config, table: this.table })
  }

  async remove(): Promise<void> {
    this.observed.fateOf = () => 'pass'
    await Promise.all(this.#open.map((journal) => journal.close()))
    await deleteJournalTable(this.client, { table: this.table })
    await this.observed.stop()
  }

  /** A journal on the observed client. Pauses are short, deadlines long: the machine may be busy. */
  journal(config: Partial<JournalConfig> = {}): DynamoDBJournal {
    const retry = { attemptMs: 20_000, totalMs: 40_000, baseMs: 1, maxMs: 5 }
    const journal = dynamoDBJournal({
      client: this.client,
      transport: testTransport,
      table: this.table,
      retry,
      ...config,
    })
    this.#open.push(journal)
    return journal
  }

  /** Forgets the requests so far, and lets all further ones pass. */
  reset(): void {
    this.observed.requests.length = 0
    this.observed.fateOf = () => 'pass'
  }

  /** Puts an item as another writer might, past all checks. */
  async putItem(item: Item): Promise<void> {
    await this.client.send(new PutItemCommand({ TableName: this.table, Item: item }))
  }

  /** Puts the item of one event of an atomic write, past all checks. */
  async putEvent(
    persistenceId: string,
    sequenceNr: number,
    writerUuid: string,
    place: PlaceInWrite = { index: 0, lastIndex: 0 },
  ) {
    await this.putItem(storedItem(persistenceId, sequenceNr, writerUuid, place))
  }

  async getItem(persistenceId: string, sequenceNr: number): Promise<Item | undefined> {
    const Key = eventKey(keys, persistenceId, sequenceNr)
    return (await this.client.send(new GetItemCommand({ TableName: this.table, Key, ConsistentRead: true }))).Item
  }

  /** Every item whose hash key begins like this. */
  async itemsOf(prefix: string): Promise<Item[]> {
    const items: Item[] = []
    let startKey: Item | undefined
    do {
      const page = await this.client.send(
        new ScanCommand({
          TableName: this.table,
          ConsistentRead: true,
          ...(startKey && { ExclusiveStartKey: startKey }),
        }),
      )
      items.push(...(page.Items ?? []))
      startKey = page.LastEvaluatedKey
    } while (startKey !== undefined)
    return items.filter((item) => item['par']?.S?.startsWith(prefix))
  }
}

const keys = { journalName: 'journal', sequenceShards: 10 }

/** The item that a JVM writer, or an older writer of ours, would have put for the string `<id>-<sequenceNr>`. */
export const storedItem = (persistenceId: string, sequenceNr: number, writerUuid: string, place: PlaceInWrite): Item =>
  eventItem(
    keys,
    repr(persistenceId, sequenceNr, writerUuid),
    { serializerId: 20, serializerManifest: '', bytes: new TextEncoder().encode(`${persistenceId}-${sequenceNr}`) },
    place,
  )

let ids = 0
/** An id that no other test uses. */
export const freshId = (prefix = 'id'): string => `${prefix}-${++ids}-${randomUUID().slice(0, 8)}`

/** The event `<id>-<sequenceNr>`. */
export const repr = (persistenceId: string, sequenceNr: number, writerUuid = 'writer-1'): PersistentRepr<string> => ({
  persistenceId,
  sequenceNr,
  payload: `${persistenceId}-${sequenceNr}`,
  manifest: '',
  writerUuid,
  timestamp: 0,
  tags: [],
})

/** An atomic write of events `from` to `to`. */
export const write = (persistenceId: string, from: number, to = from, writerUuid = 'writer-1'): AtomicWrite => ({
  persistenceId,
  events: Array.from({ length: to - from + 1 }, (_, index) => repr(persistenceId, from + index, writerUuid)),
})

/** What a replay gives: sequence numbers and the highest one. Payloads are checked on the way. */
export const replayed = async (
  journal: DynamoDBJournal,
  persistenceId: string,
  range?: ReplayRange,
  options?: ReadOptions,
) => {
  const replay = journal.replayEvents(persistenceId, range, options)
  const sequenceNrs: number[] = []
  for await (const event of replay) {
    expect(event).toMatchObject({ persistenceId, payload: `${persistenceId}-${event.sequenceNr}` })
    sequenceNrs.push(event.sequenceNr)
  }
  return { sequenceNrs, highest: await replay.highestSequenceNr }
}

/** The integers `from` to `to`. */
export const span = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)
