import { persistenceEngine } from '@dynact/persistence'
import { inMemoryJournal, inMemorySnapshotStore } from '@dynact/testkit'
import { nactBehaviours } from '../../../tools/test-support/nact-behaviours.js'

nactBehaviours('in-memory stores', {
  makeEngine: () => persistenceEngine({ journal: inMemoryJournal(), snapshotStore: inMemorySnapshotStore() }),
})
