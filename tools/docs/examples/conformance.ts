import * as runner from 'node:test'
import { type Journal, WriteRejectedError } from '@dynact/persistence'
import {
  inMemoryJournal,
  inMemoryReadJournal,
  inMemorySnapshotStore,
  journalConformance,
  journalConformanceCases,
  readJournalConformance,
  snapshotStoreConformance,
} from '@dynact/testkit'

Object.assign(globalThis, { describe: runner.describe, test: runner.test }) // As jest has them.

{
  const makeJournal = () => inMemoryJournal()
  const capabilities = { severalProcesses: false }
  // @example journalConformanceCases
}
{
  const databases = new Map<string, Journal>()
  const startDatabase = async () => {
    const url = `memory:${databases.size}`
    databases.set(url, inMemoryJournal())
    return { url, stop: () => databases.get(url)?.close() }
  }
  const closed = inMemoryJournal()
  await closed.close()
  /** One of several journals on the same data: each is closed by itself. */
  const myJournal = ({ url }: { url: string }): Journal => {
    let used = databases.get(url) ?? closed
    return {
      writeEvents: async (write, options) => {
        const { persistenceId, events } = write
        if (events.length > 500) throw new WriteRejectedError('more than 500 events', { persistenceId, sequenceNr: 1 })
        await used.writeEvents(write, options)
      },
      replayEvents: (...args) => used.replayEvents(...args),
      readHighestSequenceNr: (...args) => used.readHighestSequenceNr(...args),
      readDeletedToSequenceNr: async (...args) => (await used.readDeletedToSequenceNr?.(...args)) ?? 0,
      deleteEventsTo: (...args) => used.deleteEventsTo(...args),
      close: async () => {
        used = closed
      },
    }
  }
  // @example journalConformance
}
{
  const myStore = () => inMemorySnapshotStore()
  // @example snapshotStoreConformance
}
// @example readJournalConformance
