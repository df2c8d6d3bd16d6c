import { createJournalTable, deleteJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import type { Journal, SnapshotStore } from '@dynact/persistence'
import {
  createSnapshotTable,
  deleteSnapshotTable,
  dynamoDBSnapshotStore,
  type SnapshotStoreConfig,
} from '@dynact/snapshot-dynamodb'
import { testClientConfig, testTransport, uniqueTableName } from '../test-support/index.js'
import { type ObservedClient, observedClient } from '../test-support/observed-client.js'
import { harnessSerialization } from './harness-serialization.js'
import { PekkoPeer } from './peer.js'

/** A JVM and a database at work beside us on a small machine are slow to answer. */
const PATIENT = { attemptMs: 20_000, totalMs: 40_000 }

/** A journal table and a snapshot table, created by us, that the real plugin and we work on in turns. */
export class SharedTables {
  readonly journalTable = uniqueTableName('journal')
  readonly snapshotTable = uniqueTableName('snapshot')
  readonly observed: ObservedClient = observedClient()
  readonly #open: { close(): Promise<void> }[] = []
  #peer: PekkoPeer | undefined

  /** The real plugin. */
  get peer(): PekkoPeer {
    if (this.#peer === undefined) throw new Error('the tables have not been created')
    return this.#peer
  }

  async create(): Promise<void> {
    await this.observed.start()
    const { client } = this.observed
    const { journalTable, snapshotTable } = this
    await Promise.all([
      createJournalTable(client, { table: journalTable, persistenceIdsIndex: true }),
      createSnapshotTable(client, { table: snapshotTable }),
    ])
    this.#peer = await PekkoPeer.start({ endpoint: testClientConfig().endpoint, journalTable, snapshotTable })
  }

  async remove(): Promise<void> {
    const { client } = this.observed
    await Promise.all([this.#peer?.close(), ...this.#open.map((store) => store.close())])
    await deleteJournalTable(client, { table: this.journalTable })
    await deleteSnapshotTable(client, { table: this.snapshotTable })
    await this.observed.stop()
  }

  /** A journal as a process that has just started has it. */
  journal(): Journal {
    const { client } = this.observed
    const journal = dynamoDBJournal({
      client,
      transport: testTransport,
      table: this.journalTable,
      serialization: harnessSerialization(),
      retry: PATIENT,
    })
    this.#open.push(journal)
    return journal
  }

  snapshotStore(config: Partial<SnapshotStoreConfig> = {}): SnapshotStore {
    const { client } = this.observed
    const serialization = harnessSerialization()
    const store = dynamoDBSnapshotStore({
      client,
      transport: testTransport,
      table: this.snapshotTable,
      serialization,
      retry: PATIENT,
      ...config,
    })
    this.#open.push(store)
    return store
  }
}
