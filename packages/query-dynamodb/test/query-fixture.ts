import { randomUUID } from 'node:crypto'
import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { eventItem, type Item, type PlaceInWrite } from '@dynact/dynamodb'
import {
  createJournalTable,
  type DynamoDBJournal,
  deleteJournalTable,
  dynamoDBJournal,
  type JournalConfig,
  type JournalTableConfig,
} from '@dynact/journal-dynamodb'
import { MonotonicTimestamps, type PersistentRepr } from '@dynact/persistence'
import { type DynamoDBReadJournal, dynamoDBReadJournal, type ReadJournalConfig } from '@dynact/query-dynamodb'
import { testTransport, uniqueTableName } from '../../../tools/test-support/index.js'
import { type ObservedClient, observedClient } from '../../../tools/test-support/observed-client.js'

const retry = { attemptMs: 20_000, totalMs: 40_000, baseMs: 1, maxMs: 5 }
const keys = { journalName: 'journal', sequenceShards: 10 }

/** Words that events are written with. */
export interface Words {
  readonly tags?: readonly string[]
  readonly timestamp?: number
}

/** A table of the test file's own, journals and read journals on it, and a client that sees every request. */
export class QueryFixture {
  readonly table = uniqueTableName('query')
  readonly observed: ObservedClient = observedClient()
  readonly #open: { close(): Promise<void> }[] = []
  readonly #timestamps = new MonotonicTimestamps()

  get client(): DynamoDBClient {
    return this.observed.client
  }

  async create(config: JournalTableConfig = { queries: {} }): Promise<void> {
    await this.observed.start()
    await createJournalTable(this.client, { ...config, table: this.table })
  }

  async remove(): Promise<void> {
    this.observed.fateOf = () => 'pass'
    await Promise.all(this.#open.map((one) => one.close()))
    await deleteJournalTable(this.client, { table: this.table })
    await this.observed.stop()
  }

  journal(config: Partial<JournalConfig> = {}): DynamoDBJournal {
    const { client, table } = this
    const journal = dynamoDBJournal({ client, transport: testTransport, table, retry, queries: {}, ...config })
    this.#open.push(journal)
    return journal
  }

  readJournal(config: Partial<ReadJournalConfig> = {}): DynamoDBReadJournal {
    const { client, table } = this
    const readJournal = dynamoDBReadJournal({ client, transport: testTransport, table, retry, ...config })
    this.#open.push(readJournal)
    return readJournal
  }

  /** The events `from` to `to` of an id, with the payload `<id>/<sequenceNr>`, later than all before. */
  events(persistenceId: string, from: number, to = from, { tags = [], timestamp }: Words = {}): PersistentRepr[] {
    return Array.from({ length: to - from + 1 }, (_, index) => ({
      persistenceId,
      sequenceNr: from + index,
      payload: `${persistenceId}/${from + index}`,
      manifest: '',
      writerUuid: 'writer-1',
      timestamp: timestamp === undefined ? this.#timestamps.next() : timestamp + index / 1000,
      tags,
    }))
  }

  /** Writes each event by itself. */
  async write(journal: DynamoDBJournal, persistenceId: string, from: number, to = from, words?: Words): Promise<void> {
    for (const event of this.events(persistenceId, from, to, words))
      await journal.writeEvents({ persistenceId, events: [event] })
  }

  /** Puts an item as another writer might, without the feed. */
  async putEvent(persistenceId: string, sequenceNr: number, place: PlaceInWrite = { index: 0, lastIndex: 0 }) {
    const [event] = this.events(persistenceId, sequenceNr, sequenceNr, { timestamp: 0 }) as [PersistentRepr]
    const bytes = new TextEncoder().encode(String(event.payload))
    await this.putItem(eventItem(keys, event, { serializerId: 20, serializerManifest: '', bytes }, place))
  }

  async putItem(item: Item): Promise<void> {
    await this.client.send(new PutItemCommand({ TableName: this.table, Item: item }))
  }

  async deleteItem({ par, num }: Item): Promise<void> {
    await this.client.send(new DeleteItemCommand({ TableName: this.table, Key: { par, num } as Item }))
  }
}

let ids = 0
/** An id that no other test uses, of an entity type that no other test uses. */
export const freshType = (): string => `type${++ids}-${randomUUID().slice(0, 8)}`

/** All that a stream gives, or the first `count`. */
export const take = async <T>(stream: AsyncIterable<T>, count = Number.POSITIVE_INFINITY): Promise<T[]> => {
  const taken: T[] = []
  if (count === 0) return taken
  for await (const one of stream) {
    taken.push(one)
    if (taken.length >= count) break
  }
  return taken
}

/** `<id>/<sequenceNr>` of every envelope; the payload must say the same. */
export const namesOf = (
  envelopes: readonly { readonly persistenceId: string; readonly sequenceNr: number; readonly event: unknown }[],
): string[] =>
  envelopes.map(({ persistenceId, sequenceNr, event }) => {
    expect(event).toBe(`${persistenceId}/${sequenceNr}`)
    return `${persistenceId}/${sequenceNr}`
  })

/** `<id>/<from>` to `<id>/<to>`. */
export const names = (persistenceId: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${persistenceId}/${from + index}`)

/** The sequence numbers of one id, in the order in which they came. */
export const numbersOf = (
  envelopes: readonly { readonly persistenceId: string; readonly sequenceNr: number }[],
  persistenceId: string,
): number[] =>
  envelopes.filter((envelope) => envelope.persistenceId === persistenceId).map(({ sequenceNr }) => sequenceNr)
