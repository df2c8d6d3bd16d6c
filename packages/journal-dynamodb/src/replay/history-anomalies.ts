/** What a replay says of a history that is not whole: to the program that asked to be told, or as an error. */
import { RecoveryError } from '@dynact/persistence'
import type { Anomaly } from '../anomaly.js'
import type { ResolvedJournalConfig } from '../config.js'
import type { LeftOut } from './atomic-write-assembler.js'
import { MAX_HOLES } from './history-gaps.js'

export class HistoryAnomalies {
  readonly #config: Pick<ResolvedJournalConfig, 'table' | 'onGap' | 'onAnomaly'>
  readonly #persistenceId: string

  constructor(config: Pick<ResolvedJournalConfig, 'table' | 'onGap' | 'onAnomaly'>, persistenceId: string) {
    this.#config = config
    this.#persistenceId = persistenceId
  }

  /** @throws RecoveryError of a gap, under `onGap: 'fail'`. */
  tell(kind: Anomaly['kind'], fromSequenceNr: number, toSequenceNr: number): void {
    const persistenceId = this.#persistenceId
    const { table, onGap, onAnomaly } = this.#config
    if (kind === 'gap' && onGap === 'fail') {
      throw new RecoveryError(
        `${persistenceId}: events ${fromSequenceNr} to ${toSequenceNr} are missing in table ${table}. Restore them from a backup, or recover with onGap: 'report' if another writer left the gap.`,
        { persistenceId, sequenceNr: fromSequenceNr },
      )
    }
    onAnomaly?.({ kind, persistenceId, fromSequenceNr, toSequenceNr })
  }

  tellOfGaps(gaps: readonly (readonly [number, number])[]): void {
    for (const [first, last] of gaps) this.tell('gap', first, last)
  }

  /** A batch that lacks so many events that noting them would cost too much: a write unit and memory each. */
  refuseHoles({ firstSequenceNr, lastSequenceNr }: LeftOut): never {
    const persistenceId = this.#persistenceId
    throw new RecoveryError(
      `${persistenceId}: an atomic write claims events ${firstSequenceNr} to ${lastSequenceNr} in table ${this.#config.table}, more than ${MAX_HOLES} of which are missing, and other events lie behind it. Look at the item of its first event that is there: its cnt is damaged; restore it from a backup, or delete it.`,
      { persistenceId, sequenceNr: firstSequenceNr },
    )
  }
}
