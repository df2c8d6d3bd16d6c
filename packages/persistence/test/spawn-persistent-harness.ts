import { persistenceEngine } from '@dynact/persistence'
import { inMemoryJournal, inMemorySnapshotStore } from '@dynact/testkit'
import { type ActorHarness, actorHarness } from '../../../tools/test-support/actor-harness.js'

export type { Ctx, Props } from '../../../tools/test-support/actor-harness.js'

/** Actors over in-memory stores with faults in front of them. */
export const harness = (): ActorHarness =>
  actorHarness(persistenceEngine({ journal: inMemoryJournal(), snapshotStore: inMemorySnapshotStore() }), {
    id: 'orders-7',
  })

/** Collects unhandled rejections until it is called. */
export const watchUnhandled = (): (() => Promise<unknown[]>) => {
  const seen: unknown[] = []
  const note = (error: unknown) => seen.push(error)
  process.on('unhandledRejection', note)
  return async () => {
    // They are reported when the microtasks have run.
    await new Promise(setImmediate)
    process.off('unhandledRejection', note)
    return seen
  }
}
