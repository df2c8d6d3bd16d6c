import { deepEqual } from 'node:assert/strict'
import {
  configurePersistence,
  Effect,
  type EventAdapter,
  persistenceEngine,
  spawnEventSourced,
  tagged,
  zodEventAdapter,
} from '@dynact/persistence'
import { inMemoryJournal, inMemoryReadJournal } from '@dynact/testkit'
import { dispatch, start, stop } from 'nact'
import { z } from 'zod'

{
  interface ItemAddedV1 {
    readonly item: string
  }
  interface ItemAdded extends ItemAddedV1 {
    readonly quantity: number
  }
  // @example EventAdapter
  const event: ItemAdded = { item: 'cup', quantity: 6 }
  deepEqual(adapter.toJournal(event), tagged(event, 'items'))
  deepEqual(adapter.fromJournal(event, adapter.manifest?.(event) ?? ''), event)
  deepEqual(adapter.fromJournal({ item: 'cup' }, 'ItemAdded.v1'), { item: 'cup', quantity: 1 })
}
{
  const journal = inMemoryJournal()
  const system = start(configurePersistence(persistenceEngine({ journal })))
  const behavior = {
    persistenceId: 'account-1',
    initialState: 0,
    onCommand: (_cents: number, cents: number) => Effect.persist({ type: 'deposited' as const, cents }),
    onEvent: (balance: number, { cents }: { type: 'deposited'; cents: number }) => balance + cents,
  }
  // @example zodEventAdapter
  for (const cents of [5, -5, 7]) dispatch(account, cents)
  const stored: unknown[] = []
  for await (const { event } of inMemoryReadJournal(journal).eventsByPersistenceId('account-1', 1, 2))
    stored.push(event)
  deepEqual(stored, [
    { type: 'deposited', cents: 5 },
    { type: 'deposited', cents: 7 },
  ])
  stop(system)
}
