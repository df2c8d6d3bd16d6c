import { randomUUID } from 'node:crypto'
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb'
import { type Item, type Logger, snapshotItem, snapshotKey, snapshotPartitionKey } from '@dynact/dynamodb'
import type { SnapshotMetadata } from '@dynact/persistence'
import {
  createSnapshotTable,
  type DynamoDBSnapshotStore,
  deleteSnapshotTable,
  dynamoDBSnapshotStore,
  type SnapshotStoreConfig,
} from '@dynact/snapshot-dynamodb'
import { testTransport, uniqueTableName } from '../../../tools/test-support/index.js'
import { type Fate, type ObservedClient, observedClient } from '../../../tools/test-support/observed-client.js'

/** Retries of which the deadline passes in the first pause: a test of a failure does not wait for it, and no attempt is cut short. */
export const impatient = { attemptMs: 10_000, totalMs: 10_000, baseMs: 60_000, maxMs: 60_000 }

/** A table of the test file's own, with a client that sees every request. */
export class SnapshotFixture {
  readonly table = uniqueTableName('snapshot')
  readonly observed: ObservedClient = observedClient()
  readonly #open: DynamoDBSnapshotStore[] = []

  get client(): DynamoDBClient {
    return this.observed.client
  }

  async create(): Promise<void> {
    await this.observed.start()
    await createSnapshotTable(this.client, { table: this.table })
  }

  async remove(): Promise<void> {
    this.reset()
    await Promise.all(this.#open.map((store) => store.close()))
    await deleteSnapshotTable(this.client, { table: this.table })
    await this.observed.stop()
  }

  /** A store on the observed client. */
  store(config: Partial<SnapshotStoreConfig> = {}): DynamoDBSnapshotStore {
    const retry = { attemptMs: 5_000, totalMs: 10_000, baseMs: 1, maxMs: 5 }
    const store = dynamoDBSnapshotStore({
      client: this.client,
      transport: testTransport,
      table: this.table,
      retry,
      ...config,
    })
    this.#open.push(store)
    return store
  }

  /** Forgets the requests so far, and lets all further ones pass. */
  reset(): void {
    this.observed.requests.length = 0
    this.observed.fateOf = () => 'pass'
  }

  /**
   * Cuts the pages of queries after so many items, before the filter, as DynamoDB does after 1 MiB. (DynamoDB Local counts
   * the 1 MiB after the filter.)
   */
  cutPages(items: number, fateOf: (index: number) => Fate = () => 'pass'): void {
    this.observed.fateOf = ({ operation, proxied }, index) => {
      const fate = fateOf(index)
      return operation === 'Query' && fate === 'pass' ? { input: { ...proxied.input, Limit: items } } : fate
    }
  }

  /** The operations so far. */
  operations(): string[] {
    return this.observed.requests.map(({ operation }) => operation)
  }

  /** Puts an item as another writer might, past all checks. */
  async putItem(item: Item): Promise<void> {
    await this.client.send(new PutItemCommand({ TableName: this.table, Item: item }))
  }

  /** Puts a snapshot of some bytes, past all checks. */
  async putSnapshot(metadata: SnapshotMetadata, bytes = 1): Promise<void> {
    await this.putItem(
      snapshotItem('journal', metadata, { serializerId: 4, serializerManifest: '', bytes: new Uint8Array(bytes) }),
    )
  }

  async getItem(persistenceId: string, sequenceNr: number): Promise<Item | undefined> {
    const Key = snapshotKey('journal', persistenceId, sequenceNr)
    return (await this.client.send(new GetItemCommand({ TableName: this.table, Key, ConsistentRead: true }))).Item
  }

  /** The sequence numbers of the snapshots that are stored and not deleted, ascending. */
  async stored(persistenceId: string): Promise<number[]> {
    const sequenceNrs: number[] = []
    let startKey: Item | undefined
    do {
      const page = await this.client.send(
        new QueryCommand({
          TableName: this.table,
          KeyConditionExpression: 'par = :par',
          ExpressionAttributeValues: { ':par': { S: snapshotPartitionKey('journal', persistenceId) } },
          ConsistentRead: true,
          ...(startKey && { ExclusiveStartKey: startKey }),
        }),
      )
      for (const item of page.Items ?? []) if (item['expiry'] === undefined) sequenceNrs.push(Number(item['seq']?.N))
      startKey = page.LastEvaluatedKey
    } while (startKey !== undefined)
    return sequenceNrs.filter((sequenceNr) => sequenceNr >= 0)
  }

  /** Every item that there is of an id: snapshots, parts, and records of parts. */
  async itemsOf(persistenceId: string): Promise<{ snapshots: Item[]; parts: Item[]; records: Item[] }> {
    const items: Item[] = []
    let startKey: Item | undefined
    do {
      const page = await this.client.send(
        new ScanCommand({
          TableName: this.table,
          FilterExpression: 'par = :par OR persistence_id = :id',
          ExpressionAttributeValues: {
            ':par': { S: snapshotPartitionKey('journal', persistenceId) },
            ':id': { S: persistenceId },
          },
          ConsistentRead: true,
          ...(startKey && { ExclusiveStartKey: startKey }),
        }),
      )
      items.push(...(page.Items ?? []))
      startKey = page.LastEvaluatedKey
    } while (startKey !== undefined)
    const isPart = (item: Item) => item['persistence_id'] !== undefined
    const isRecord = (item: Item) => item['seq']?.N?.startsWith('-') === true
    return {
      snapshots: items.filter((item) => !isPart(item) && !isRecord(item)),
      parts: items.filter(isPart),
      records: items.filter(isRecord),
    }
  }

  /** Makes the records of parts as old as those of a writer that died long ago. */
  async ageRecords(persistenceId: string): Promise<void> {
    const { records } = await this.itemsOf(persistenceId)
    for (const record of records) await this.putItem({ ...record, at: { N: '1' } })
  }
}

/** Keeps what it is warned of. */
export class RecordingLogger implements Logger {
  readonly warnings: { facts: object; text: string }[] = []
  debug(): void {}
  info(): void {}
  error(): void {}
  warn(facts: object, text: string): void {
    this.warnings.push({ facts, text })
  }
}

let ids = 0
/** An id that no other test uses. */
export const freshId = (): string => `id-${++ids}-${randomUUID().slice(0, 8)}`
