import { deepEqual, equal } from 'node:assert/strict'
import { eventsCleanup } from '@dynact/query-dynamodb'
import { inMemoryJournal, inMemoryReadJournal, inMemorySnapshotStore } from '@dynact/testkit'

const journal = inMemoryJournal()
const snapshotStore = inMemorySnapshotStore()
const readJournal = inMemoryReadJournal(journal)
const persistenceId = 'order-7'
for (const sequenceNr of [1, 2, 3]) {
  const event = {
    persistenceId,
    sequenceNr,
    payload: sequenceNr,
    manifest: '',
    timestamp: sequenceNr,
    writerUuid: 'a',
    tags: [],
  }
  await journal.writeEvents({ persistenceId, events: [event] })
}
await snapshotStore.saveSnapshot({ persistenceId, sequenceNr: 2, timestamp: 2 }, 'of two events')

const cursor: string | undefined = undefined
let finished = 0
const remember = (_next: string | undefined) => {
  finished += 1
}
// @example eventsCleanup
const left: number[] = []
for await (const { sequenceNr } of journal.replayEvents(persistenceId)) left.push(sequenceNr)
deepEqual(left, [3])
equal(finished, 1)
