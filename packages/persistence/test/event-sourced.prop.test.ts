/** Whatever happens to its writes and snapshots, an actor's state is what its journal says, live and after a restart. */
import {
  Effect,
  persistenceEngine,
  spawnEventSourced,
  WriteRejectedError,
  WriteUncertainError,
} from '@dynact/persistence'
import { inMemoryJournal, inMemorySnapshotStore } from '@dynact/testkit'
import fc from 'fast-check'
import { dispatch, query, type Ref, stop } from 'nact'
import { actorHarness } from '../../../tools/test-support/actor-harness.js'

type Fault = 'none' | 'rejected' | 'lost before it was stored' | 'lost after it was stored' | 'fenced'
interface Step {
  readonly letters: string
  readonly fault: Fault
}
type Command = { readonly nr: number; readonly letters: string } | { readonly replyTo: Ref<string> }

const step = fc.record<Step>({
  letters: fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 3 }),
  fault: fc.constantFrom<Fault>(
    'none',
    'none',
    'rejected',
    'lost before it was stored',
    'lost after it was stored',
    'fenced',
  ),
})
const snapshots = fc.record({
  every: fc.integer({ min: 1, max: 5 }),
  keep: fc.integer({ min: 1, max: 3 }),
  deleteEvents: fc.boolean(),
})

/** What a step leaves in the journal; an intruder's event is an x. */
const stored = ({ letters, fault }: Step): string => {
  if (fault === 'fenced') return 'x'
  return fault === 'none' || fault === 'lost after it was stored' ? letters : ''
}
/** Five in a row stop an actor. */
const isSurvivable = (steps: readonly Step[]) => steps.filter(({ fault }) => fault === 'fenced').length < 5

test('the state of an event-sourced actor is that of its journal, whatever fails', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 12 }).filter(isSurvivable),
      snapshots,
      fc.boolean(),
      async (steps, rules, doSnapshotsFail) => {
        const h = actorHarness(
          persistenceEngine({ journal: inMemoryJournal(), snapshotStore: inMemorySnapshotStore() }),
        )
        const done: string[] = []
        let current: Step | undefined
        h.hooks.beforeWrite = async ({ events }) => {
          if (current?.fault === 'rejected') throw new WriteRejectedError('no')
          if (current?.fault === 'lost before it was stored') throw new WriteUncertainError('lost')
          if (current?.fault === 'fenced') await h.write(events[0]?.sequenceNr ?? 0, 'x')
        }
        h.hooks.afterWrite = () => {
          if (current?.fault === 'lost after it was stored') throw new WriteUncertainError('lost')
        }
        h.hooks.beforeSave = ({ sequenceNr }) => {
          if (doSnapshotsFail && sequenceNr % 2 === 0) throw new WriteRejectedError('no room')
        }
        const spawn = () =>
          h.keep(
            spawnEventSourced<string, Command, string>(h.newSystem(), {
              persistenceId: h.id,
              initialState: '',
              onCommand: (state, command) => {
                if ('replyTo' in command) return Effect.reply(command.replyTo, state)
                current = steps[command.nr]
                return Effect.persistAll([...command.letters]).thenRun(() => void done.push(command.letters))
              },
              onEvent: (state, event) => state + event,
              snapshots: rules,
              onPersistFailure: { restart: { minBackoffMs: 0, maxBackoffMs: 0 } },
            }),
          )
        const stateOf = (actor: Ref<Command>) => query(actor, (replyTo: Ref<string>): Command => ({ replyTo }), 5_000)
        try {
          const actor = spawn()
          for (const [nr, { letters }] of steps.entries()) dispatch(actor, { nr, letters })
          const state = await stateOf(actor)
          stop(actor)

          expect(state).toBe(steps.map(stored).join(''))
          expect(await stateOf(spawn())).toBe(state)
          expect(done).toEqual(steps.filter(({ fault }) => fault === 'none').map(({ letters }) => letters))
          expect(await h.journal.readHighestSequenceNr(h.id)).toBe(state.length) // No number is left out or used twice.
        } finally {
          h.stopAll()
        }
      },
    ),
    { numRuns: 150 },
  )
})
