/** Which event-sourced behaviors compile: each line without a complaint, and each @ts-expect-error, is a test. */
import {
  Effect,
  type EventAdapter,
  type EventSourcedBehavior,
  persistenceEngine,
  spawnEventSourced,
  tagged,
} from '@dynact/persistence'
import { inMemoryJournal } from '@dynact/testkit'
import { Nobody, type Ref, start, stop } from 'nact'

interface Cart {
  readonly items: string[]
}
type Command =
  | { readonly type: 'add'; readonly item: string; readonly replyTo: Ref<number> }
  | { readonly type: 'get'; readonly replyTo: Ref<Cart> }
type Event = { type: 'added'; items: string[]; at?: Date } | { type: 'emptied' }
type Behavior = EventSourcedBehavior<Cart, Command, Event>

const onEvent = (cart: Cart, event: Event): Cart =>
  event.type === 'added' ? { items: [...cart.items, ...event.items] } : { items: [] }
const base = { persistenceId: 'cart', initialState: { items: [] }, onEvent }

describe('an event-sourced behavior', () => {
  test('gets by with the annotations of a plain function', () => {
    const system = start()
    const engine = persistenceEngine({ journal: inMemoryJournal() })
    const cart = spawnEventSourced(system, {
      ...base,
      engine,
      onCommand: (state: Cart, command: Command) => {
        if (command.type === 'get') return Effect.reply(command.replyTo, state)
        if (command.item === '') return Effect.none()
        return Effect.persist({ type: 'added', items: [command.item] }).thenReply(
          command.replyTo,
          (next: Cart) => next.items.length,
        )
      },
    })
    const typed: Ref<Command> = cart
    stop(system)

    expect(typed).toBeDefined()
  })

  test('declared by its type needs none at all, and chains', () => {
    const behavior: Behavior = {
      ...base,
      onCommand: async (state, command, ctx) => {
        switch (command.type) {
          case 'get':
            return Effect.reply(command.replyTo, state)
          case 'add':
            return Effect.persist(
              { type: 'added', items: [command.item], at: new Date(0) },
              tagged({ type: 'emptied' }, 'x'),
            )
              .thenRun((next: Cart) => void next.items.length)
              .thenReply(command.replyTo, (next) => next.items.length + ctx.sequenceNr)
              .thenStop()
        }
      },
      snapshots: { when: (state, event, sequenceNr) => event.type === 'emptied' && sequenceNr > state.items.length },
      tagger: (event) => [event.type],
      onPersistRejected: (error, command) => void [error.code, command.type],
    }

    expect(behavior).toBeDefined()
  })

  test('takes events of a class, and lists of events', () => {
    class Moved {
      readonly #to: string
      constructor(to: string) {
        this.#to = to
      }
      get to() {
        return this.#to
      }
    }
    const behavior: EventSourcedBehavior<string, string, Moved> = {
      persistenceId: 'x',
      initialState: () => '',
      onCommand: (_state, to) =>
        to === ''
          ? Effect.persistAll([new Moved('a')])
          : Effect.persist(new Moved(to)).thenRun((state) => void state.length),
      onEvent: (_state, event) => event.to,
    }

    expect(behavior).toBeDefined()
  })

  test('does not compile with a wrong event', () => {
    const behaviors: Behavior[] = [
      // @ts-expect-error there is no such event
      { ...base, onCommand: () => Effect.persist({ type: 'removed' }) },
      // @ts-expect-error there is none, whatever is chained to it
      { ...base, onCommand: () => Effect.persist({ type: 'removed' }).thenRun(() => {}) },
      // @ts-expect-error nor in a list
      { ...base, onCommand: () => Effect.persistAll([{ type: 'removed' }]) },
      // @ts-expect-error nor with a tag
      { ...base, onCommand: () => Effect.persist(tagged({ type: 'removed' }, 'red')) },
      // @ts-expect-error a part of the event has the wrong type
      { ...base, onCommand: async () => Effect.persist({ type: 'added', items: [1] }).thenStop() },
    ]

    expect(behaviors).toHaveLength(5)
  })

  test('does not compile with a wrong reply', () => {
    const replyTo: Ref<number> = new Nobody()
    const behaviors: Behavior[] = [
      // @ts-expect-error a number is waited for
      { ...base, onCommand: () => Effect.reply(replyTo, 'one') },
      // @ts-expect-error a number is waited for
      { ...base, onCommand: () => Effect.none().thenReply(replyTo, () => 'one') },
      // @ts-expect-error a number is waited for, and this is the state
      { ...base, onCommand: () => Effect.persist({ type: 'emptied' }).thenReply(replyTo, (state) => state) },
    ]

    expect(behaviors).toHaveLength(3)
  })

  test('does not compile with a wrong state', () => {
    const behaviors: Behavior[] = [
      // @ts-expect-error the state is not a string
      { ...base, onCommand: () => Effect.none().thenRun((state: string) => void state) },
      // @ts-expect-error the state has no such property
      { ...base, onCommand: () => Effect.none().thenRun((state) => void state.total) },
      // @ts-expect-error onEvent gives a state
      { ...base, onCommand: () => Effect.none(), onEvent: () => 'state' },
      // @ts-expect-error the initial state is one
      { ...base, onCommand: () => Effect.none(), initialState: 0 },
    ]

    expect(behaviors).toHaveLength(4)
  })

  test('does not compile with something else than an effect, or with parts of other types', () => {
    const ofNumbers: EventAdapter<number> = { toJournal: (event) => event, fromJournal: () => 1 }
    const behaviors: Behavior[] = [
      // @ts-expect-error an effect is needed
      { ...base, onCommand: () => ({ type: 'emptied' }) },
      // @ts-expect-error an adapter of other events
      { ...base, onCommand: () => Effect.none(), eventAdapter: ofNumbers },
      // @ts-expect-error no such part
      { ...base, onCommand: () => Effect.none(), onComand: () => Effect.none() },
      // @ts-expect-error commands do not persist on their own
      { ...base, onCommand: (_state, _command, ctx) => ctx.persist({ type: 'emptied' }) },
    ]

    expect(behaviors).toHaveLength(4)
  })
})
