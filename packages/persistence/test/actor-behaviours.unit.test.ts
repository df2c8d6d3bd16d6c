import { persistenceEngine } from '@dynact/persistence'
import { inMemoryJournal, inMemorySnapshotStore } from '@dynact/testkit'
import { eventAdapterBehaviours } from '../../../tools/test-support/event-adapter-behaviours.js'
import { eventSourcedBehaviours } from '../../../tools/test-support/event-sourced-behaviours.js'
import { persistentActorBehaviours } from '../../../tools/test-support/persistent-actor-behaviours.js'
import { recoveryBehaviours } from '../../../tools/test-support/recovery-behaviours.js'

const inMemory = {
  makeEngine: () => persistenceEngine({ journal: inMemoryJournal(), snapshotStore: inMemorySnapshotStore() }),
}

persistentActorBehaviours('in-memory stores', inMemory)
eventSourcedBehaviours('in-memory stores', inMemory)
eventAdapterBehaviours('in-memory stores', inMemory)
recoveryBehaviours('in-memory stores', inMemory)
