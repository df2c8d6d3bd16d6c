import type { RequestOptions, Requests } from '@dynact/dynamodb'
import type { ResolvedSnapshotStoreConfig } from './config.js'

/** What the operations of a snapshot store share. */
export interface SnapshotContext {
  readonly config: ResolvedSnapshotStoreConfig
  readonly requests: Requests
}

/** One call of an operation. */
export interface SnapshotCall extends SnapshotContext {
  readonly persistenceId: string
  readonly options: RequestOptions
}
