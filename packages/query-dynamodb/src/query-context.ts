import type { Requests } from '@dynact/dynamodb'
import type { DynamoDBJournal } from '@dynact/journal-dynamodb'
import type { EventPokes } from '@dynact/persistence'
import type { ResolvedReadJournalConfig } from './config.js'

/** What every query works with. */
export interface QueryContext {
  readonly config: ResolvedReadJournalConfig
  readonly requests: Requests
  /** Reads single ids: it alone knows which batches are whole, and what a gap means. */
  readonly journal: DynamoDBJournal
  readonly pokes: EventPokes
}
