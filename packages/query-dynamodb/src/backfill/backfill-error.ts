import { PersistenceError } from '@dynact/persistence'

/** How far a back-fill has come. */
export interface BackfillProgress {
  /** Items looked at: events, marks, and those that were in the feed before. */
  readonly scanned: number
  /** Events, or packed batches, put into the feed. */
  readonly updated: number
  /** Where to go on after an interruption; `undefined` at the end. */
  readonly cursor: string | undefined
}

/** A back-fill stopped. What is in the feed stays there; going on at the cursor, or beginning again, does the rest. */
export class BackfillError extends PersistenceError {
  override readonly name: string = 'BackfillError'
  readonly progress: BackfillProgress

  constructor(table: string, progress: BackfillProgress, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`The back-fill of table ${table} stopped: ${why} Run it again with from: progress.cursor to resume.`, {
      cause,
    })
    this.progress = progress
  }
}
