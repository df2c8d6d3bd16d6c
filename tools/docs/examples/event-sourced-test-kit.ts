import { deepEqual } from 'node:assert/strict'
import { Effect } from '@dynact/persistence'
import { eventSourcedTestKit } from '@dynact/testkit'

{
  const kit = eventSourcedTestKit({
    persistenceId: 'door-1',
    initialState: 'closed',
    onCommand: (state: string, { type }: { type: 'open' | 'close' }) =>
      type === 'close' && state === 'open' ? Effect.persist({ type: 'closed' as const }) : Effect.none(),
    onEvent: (_state: string, { type }: { type: 'opened' | 'closed' }) => (type === 'opened' ? 'open' : 'closed'),
  })
  // @example EventSourcedTestKit.given
}
{
  const counter = {
    persistenceId: 'counter-1',
    initialState: 0,
    onCommand: (_count: number, { step }: { type: 'count'; step: number }) =>
      Effect.persist({ type: 'counted' as const, step }),
    onEvent: (count: number, { step }: { type: 'counted'; step: number }) => count + step,
  }
  // @example eventSourcedTestKit
  deepEqual([events, replies], [[{ type: 'counted', step: 1 }], []])
}
