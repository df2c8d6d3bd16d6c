import type { GoesOnWithout, Requests } from '@dynact/dynamodb'
import type { ResolvedJournalConfig } from './config.js'
import type { KnownTails } from './known-tails.js'

/** What every part of the journal works with. */
export interface JournalContext {
  readonly config: ResolvedJournalConfig
  readonly requests: Requests
  readonly tails: KnownTails
  /** What a replay does at what it can't read; left out: it fails. */
  readonly goesOnWithout?: GoesOnWithout | undefined
}
