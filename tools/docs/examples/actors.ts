import { deepEqual } from 'node:assert/strict'
import {
  configurePersistence,
  Effect,
  type Journal,
  type PersistentContext,
  persistenceEngine,
  spawnEventSourced,
  spawnPersistent,
  tagged,
} from '@dynact/persistence'
import { inMemoryJournal, inMemoryReadJournal } from '@dynact/testkit'
import { dispatch, start, stop } from 'nact'

const startSystem = () => {
  const journal = inMemoryJournal()
  return { journal, system: start(configurePersistence(persistenceEngine({ journal }))) }
}
/** The first events of an id, when there are so many. */
const stored = async (journal: Journal, persistenceId: string, count: number) => {
  const events: unknown[] = []
  const readJournal = inMemoryReadJournal(journal)
  for await (const { event } of readJournal.eventsByPersistenceId(persistenceId, 1, count)) events.push(event)
  return events
}

{
  const { journal, system } = startSystem()
  // @example spawnPersistent
  dispatch(counter, 3)
  dispatch(counter, 4)
  deepEqual(await stored(journal, 'counter-1', 2), [3, 4])
  stop(system)
}
{
  const { journal, system } = startSystem()
  // @example spawnEventSourced
  dispatch(counter, 3)
  deepEqual(await stored(journal, 'counter-1', 1), [{ type: 'counted', step: 3 }])
  stop(system)
}
{
  const { journal, system } = startSystem()
  const [ordered, paid] = [{ type: 'ordered' }, { type: 'paid' }] as const
  type Event = typeof ordered | typeof paid
  const pay = async (state: string = '', event: Event, ctx: PersistentContext<string, Event>) => {
    if (!ctx.recovering) {
      // @example tagged
    }
    return `${state}${event.type}`
  }
  dispatch(spawnPersistent(system, pay, 'order-7'), ordered)
  deepEqual(await stored(journal, 'order-7', 2), [ordered, paid])
  const payments: unknown[] = []
  for await (const { event } of inMemoryReadJournal(journal).currentEventsByTag('payments')) payments.push(event)
  deepEqual(payments, [paid])
  stop(system)
}
