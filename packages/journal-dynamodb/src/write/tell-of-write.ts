import { inProcessPokes, recentWrites } from '@dynact/dynamodb'
import type { AtomicWrite } from '@dynact/persistence'
import type { ResolvedJournalConfig } from '../config.js'
import { PokeThrottle } from '../poke-throttle.js'

/** Gives what tells the queries of this process of acknowledged writes. */
export const tellOfWrites = (config: ResolvedJournalConfig): ((write: AtomicWrite) => void) => {
  const pokes = config.pokes ?? inProcessPokes(config.table, config.journalName)
  const recent = config.queries && recentWrites(config.table, config.journalName)
  const throttle = new PokeThrottle(config.pokeLimit)
  return ({ persistenceId, events }) => {
    const last = events.at(-1)
    if (last === undefined) return
    const { sequenceNr, timestamp } = last
    const poke = { persistenceId, sequenceNr, count: events.length, timestamp, isInFeed: config.queries !== undefined }
    recent?.add(poke)
    if (!throttle.allows(events.length)) return
    try {
      pokes.poke(poke)
    } catch (error) {
      // The events are stored: what carries pokes must not make the write look as if it had failed.
      process.emitWarning(`The pokes that were given to dynact threw: ${String(error)}`)
    }
  }
}
