import { Effect, isPersistenceError, spawnEventSourced, spawnPersistent } from '@dynact/persistence'
import { dispatch, type Ref, stop } from 'nact'
import { endOf } from './end-of.js'
import { type Observer, payloadsOf, type SeenEvent, type WriteEnd } from './observer.js'

/** What an actor is asked to do. */
export type ActorCommand =
  /** Persists so many events, all or none: side by side if there are several amounts and its style can. Then fails, perhaps. */
  | { readonly do: 'write'; readonly sizes: readonly number[]; readonly thenFails: boolean }
  | { readonly do: 'save' }
  | { readonly do: 'look'; readonly number: number }
  | { readonly do: 'stop' }

/** An {@link ActorCommand}, and whom to answer. */
export type Told = ActorCommand & { readonly replyTo: Ref<Answer> }

/** What it answers. */
export type Answer =
  | { readonly to: 'write'; readonly number: number; readonly end: WriteEnd; readonly code: string }
  | {
      readonly to: 'look'
      readonly persistenceId: string
      readonly number: number
      readonly view: readonly SeenEvent[]
    }
  | { readonly to: 'stop'; readonly by: Ref<unknown> }

/** How an actor is written, and what becomes of it when something fails. */
export interface ActorRules {
  readonly style: 'persistent' | 'event-sourced'
  /** A snapshot after so many events; 0: only when told. */
  readonly snapshotEvery: number
  readonly keepSnapshots: number
  /** Recovers whatever has failed; otherwise, as by default, only after writes. */
  readonly goesOn: boolean
}

/** An actor of the model: its state is the list of the payloads that it knows of, and it answers when they are stored. */
export interface SoakedActor extends ActorRules {
  readonly persistenceId: string
  readonly observer: Observer
  /** Deletes what its snapshots cover. */
  readonly deletes: boolean
}

type State = readonly string[]

/** Spawns an actor of the model, as its users would. */
export const spawnSoaked = (parent: Ref<unknown>, actor: SoakedActor): Ref<Told> =>
  actor.style === 'persistent' ? persistent(parent, actor) : eventSourced(parent, actor)

const failure = () => new Error('The actor fails, as its user has told it to.')

const persistent = (parent: Ref<unknown>, actor: SoakedActor): Ref<Told> => {
  const { persistenceId, observer, deletes, snapshotEvery, keepSnapshots, goesOn } = actor
  return spawnPersistent<State, Told | string>(
    parent,
    async (state, message, ctx) => {
      if (typeof message === 'string') return [...state, message]
      const answer = (given: Answer) => dispatch(message.replyTo, given)
      if (message.do === 'look') {
        answer({ to: 'look', persistenceId, number: message.number, view: observer.placed(state) })
      } else if (message.do === 'stop') {
        answer({ to: 'stop', by: ctx.self })
        stop(ctx.self)
      } else if (message.do === 'save') {
        try {
          await ctx.saveSnapshot(state)
          if (deletes) await ctx.deleteEventsTo(ctx.snapshotSequenceNr)
        } catch (error) {
          if (!isPersistenceError(error)) throw error
        }
      } else {
        let fromSequenceNr = ctx.sequenceNr + 1
        let known = state
        let next = fromSequenceNr
        const writes = message.sizes.map((size) => {
          const number = observer.begins({ persistenceId, fromSequenceNr: next, size, view: observer.placed(state) })
          next += size
          const payloads = payloadsOf(number, size)
          return { number, payloads, stored: ctx.persistAll(payloads) }
        })
        let failed: unknown
        for (const { number, payloads, stored } of writes) {
          observer.finds(number, { fromSequenceNr, view: observer.placed(known) })
          try {
            await stored
            fromSequenceNr += payloads.length
            known = [...known, ...payloads]
            answer({ to: 'write', number, end: 'acknowledged', code: '' })
          } catch (error) {
            const end = endOf(error, persistenceId)
            const { code } = error as { code: string }
            answer({ to: 'write', number, end, code })
            if (code === 'WRITE_REJECTED') continue
            // Perhaps it is stored.
            fromSequenceNr += payloads.length
            failed ??= error
          }
        }
        if (failed !== undefined) throw failed
        if (message.thenFails) throw failure()
        return known
      }
      return state
    },
    persistenceId,
    undefined,
    {
      initialState: [],
      snapshotEvery,
      keepSnapshots,
      ...(goesOn && { onCrash: (_message, _error, ctx) => ctx.reset }),
    },
  ) as Ref<Told>
}

const eventSourced = (parent: Ref<unknown>, actor: SoakedActor): Ref<Told> => {
  const { persistenceId, observer, deletes, snapshotEvery, keepSnapshots, goesOn } = actor
  let number = 0
  return spawnEventSourced<State, Told, string>(parent, {
    persistenceId,
    initialState: [],
    onCommand: (state, told, ctx) => {
      const answer = (given: Answer) => () => given
      if (told.do === 'look')
        return Effect.none().thenReply<Answer>(
          told.replyTo,
          answer({ to: 'look', persistenceId, number: told.number, view: observer.placed(state) }),
        )
      if (told.do === 'stop')
        return Effect.none()
          .thenReply<Answer>(told.replyTo, answer({ to: 'stop', by: ctx.self }))
          .thenStop()
      if (told.do === 'save') return Effect.snapshot()
      const size = told.sizes.reduce((sum, one) => sum + one)
      const fromSequenceNr = ctx.sequenceNr + 1
      number = observer.begins({ persistenceId, fromSequenceNr, size, view: observer.placed(state) })
      const stored = Effect.persistAll(payloadsOf(number, size)).thenReply<Answer>(
        told.replyTo,
        answer({ to: 'write', number, end: 'acknowledged', code: '' }),
      )
      if (!told.thenFails) return stored
      return stored.thenRun(() => {
        throw failure()
      })
    },
    onEvent: (state, payload) => [...state, payload],
    onPersistRejected: (error, { replyTo }) => {
      const answer: Answer = { to: 'write', number, end: endOf(error, persistenceId), code: error.code }
      dispatch(replyTo, answer)
    },
    snapshots: {
      ...(snapshotEvery > 0 && { every: snapshotEvery }),
      keep: keepSnapshots,
      deleteEvents: deletes,
    },
    ...(goesOn && { onPersistFailure: { restart: { minBackoffMs: 1, maxBackoffMs: 20 } } }),
  })
}
