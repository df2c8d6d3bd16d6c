import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Requests } from '@dynact/dynamodb'
import type { DynamoDBJournal } from '@dynact/journal-dynamodb'
import type { Serialization } from '@dynact/persistence'
import type { DynamoDBReadJournal } from '@dynact/query-dynamodb'
import type { DynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import type { Connection } from '../connection.js'
import { tolerantSerialization } from '../inspect/tolerant-serialization.js'
import type { Settings } from '../settings.js'

/** So many ids are listed at once: of a search most are passed over. */
const IDS_PER_PAGE = 1_000

/** What the page's questions are answered with. */
export interface Explorer {
  readonly settings: Settings
  readonly client: DynamoDBClient
  /** One that distrusts: it looks behind empty hundreds. */
  readonly journal: DynamoDBJournal
  /** To the journal's table. */
  readonly requests: Requests
  readonly snapshotRequests: Requests
  readonly snapshotStore: DynamoDBSnapshotStore
  readonly readJournal: DynamoDBReadJournal
  /** Reads what it can of events. */
  readonly serialization: Serialization
}

/** Opens what there is to look at. Sends no request. */
export const openExplorer = (connection: Connection): Explorer => {
  const { settings } = connection
  const serialization = tolerantSerialization(settings.serialization)
  return {
    settings,
    client: connection.client,
    journal: connection.journal({ distrust: true }),
    requests: connection.requests(settings.table),
    snapshotRequests: connection.requests(settings.snapshotTable),
    snapshotStore: connection.snapshotStore({
      serialization: tolerantSerialization(settings.snapshotSerialization ?? settings.serialization),
    }),
    readJournal: connection.readJournal({ serialization, pageSize: IDS_PER_PAGE }),
    serialization,
  }
}
