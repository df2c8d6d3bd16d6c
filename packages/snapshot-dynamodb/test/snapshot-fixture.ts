import { randomUUID } from 'node:crypto'
import { type DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { type Item, snapshotItem, snapshotKey, snapshotPartitionKey } from '@dynact/dynamodb'
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

/** Retries so quick that a test of a failure is quick too. */
export const impatient = { attemptMs: 50, totalMs: 60, baseMs: 1, maxMs: 5 }

/** The first pause leads past the deadline. */
export const tryingOnce = { attemptMs: 1_000, totalMs: 1_000, baseMs: 60_000, maxMs: 60_000 }

/** A table of the test file's own, with a client that sees every request. */
export class SnapshotFixture {
  readonly table = uniqueTableName('snapshot')
  readonly observed: ObservedClient = observedClient()
  readonly #open: DynamoDBSnapshotStore[] = []

  get client(): DynamoDBClient {
    return this.observed.client
  }

  async create(): Promise<void> {
    await createSnapshotTable(this.client, { table: this.table })
  }

  async remove(): Promise<void> {
    this.reset()
    await Promise.all(this.#open.map((store) => store.close()))
    await deleteSnapshotTable(this.client, { table: this.table })
    this.client.destroy()
  }

  /** A store on the observed client. */
  store(config: Partial<SnapshotStoreConfig> = {}): DynamoDBSnapshotStore {
    const retry = { attemptMs: 5_000, totalMs: 10_000, baseMs: 1, maxMs: 5 }
    const store = dynamoDBSnapshotStore({
      client: this.client,
      table: this.table,
      retry,
      transport: testTransport,
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
    this.observed.fateOf = ({ operation, input }, index) => {
      if (operation === 'Query') input.Limit = items
      return fateOf(index)
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

  /** The sequence numbers of the snapshots that are stored, ascending. */
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
      for (const item of page.Items ?? []) sequenceNrs.push(Number(item['seq']?.N))
      startKey = page.LastEvaluatedKey
    } while (startKey !== undefined)
    return sequenceNrs
  }
}

let ids = 0
/** An id that no other test uses. */
export const freshId = (): string => `id-${++ids}-${randomUUID().slice(0, 8)}`

/** What a promise rejects with. */
export const rejectionOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('a rejection was expected')
}
