import type { RequestOptions } from '@dynact/dynamodb'
import type { JournalContext } from '../journal-context.js'
import { type LowMark, readLowMark } from '../marks.js'

/** The low mark of an id, read when it is first wanted, and again when events may have been deleted since. */
export class RecentLowMark {
  readonly #read: () => Promise<LowMark>
  #known: LowMark | undefined
  #isRecent = false

  constructor(context: JournalContext, persistenceId: string, options: RequestOptions) {
    this.#read = () => readLowMark(context, persistenceId, options)
  }

  /** The last number that is known to be deleted. */
  get deletedTo(): number {
    return (this.#known?.sequenceNr ?? 1) - 1
  }

  /** Something was found missing: the next one who asks must hear of what has been deleted by now. */
  outdate(): void {
    this.#isRecent = false
  }

  async get(): Promise<LowMark> {
    if (this.#known === undefined || !this.#isRecent) this.#known = await this.#read()
    this.#isRecent = true
    return this.#known
  }
}
