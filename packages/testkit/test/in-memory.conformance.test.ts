import {
  inMemoryJournal,
  inMemoryReadJournal,
  inMemorySnapshotStore,
  journalConformance,
  readJournalConformance,
  snapshotStoreConformance,
} from '@dynact/testkit'

const capabilities = { severalProcesses: false }

journalConformance('inMemoryJournal', () => inMemoryJournal(), { capabilities })

journalConformance(
  'inMemoryJournal that keeps the objects themselves',
  () => inMemoryJournal({ serialization: false }),
  {
    capabilities: { ...capabilities, serializes: false },
  },
)

snapshotStoreConformance('inMemorySnapshotStore', () => inMemorySnapshotStore(), { capabilities })

snapshotStoreConformance(
  'inMemorySnapshotStore that keeps the objects themselves',
  () => inMemorySnapshotStore({ serialization: false }),
  { capabilities: { ...capabilities, serializes: false } },
)

readJournalConformance('inMemoryReadJournal', () => {
  const journal = inMemoryJournal()
  return { journal, readJournal: inMemoryReadJournal(journal) }
})
