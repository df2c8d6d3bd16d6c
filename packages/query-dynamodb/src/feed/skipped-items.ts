import { inspect, types } from 'node:util'
import type { GoesOnWithout } from '@dynact/dynamodb'
import { ConfigError, type PersistenceError } from '@dynact/persistence'
import type { ResolvedReadJournalConfig } from '../config.js'

/**
 * What one stream goes on without. It meets the same item again with every reading of the window, and tells of it once; that costs the
 * memory of its name.
 */
export class SkippedItems {
  readonly #config: ResolvedReadJournalConfig
  readonly #names = new Set<string>()

  constructor(config: ResolvedReadJournalConfig) {
    this.#config = config
  }

  /** @throws the error, unless the stream goes on without what it is about. */
  readonly goesOnWithout: GoesOnWithout = (error) => {
    const name = `${error.persistenceId} ${error.sequenceNr ?? error.message}`
    if (this.#names.has(name)) return
    if (!this.#isSkipped(error)) throw error
    this.#names.add(name)
  }

  #isSkipped(error: PersistenceError): boolean {
    const { onUnreadable, table, logger } = this.#config
    if (onUnreadable === 'fail') return false
    const { persistenceId = '', sequenceNr } = error
    if (typeof onUnreadable === 'function') {
      const verdict: unknown = onUnreadable({ table, persistenceId, sequenceNr, error })
      if (verdict === 'fail' || verdict === 'skip') return verdict === 'skip'
      const given = types.isPromise(verdict) ? 'a promise' : inspect(verdict, { depth: 0 })
      const text = `${persistenceId}: the function onUnreadable gave ${given} for event ${sequenceNr} in table ${table}. Let it return 'fail' or 'skip'.`
      throw new ConfigError(text, { persistenceId, sequenceNr, cause: error })
    }
    const text = `${error.message} The stream goes on without it.`
    // A library must not print, and must not keep silent either.
    if (logger === undefined) process.emitWarning(text, 'UnreadableEventWarning')
    else logger.warn({ table, persistenceId, sequenceNr, err: error }, text)
    return true
  }
}
