/** Plain nact code as its users write it: that it compiles without a cast is the test. */
import {
  configurePersistence,
  type PersistenceEngine,
  persistenceEngine,
  spawnPersistent as spawnDurable,
} from '@dynact/persistence'
import { inMemoryJournal } from '@dynact/testkit'
import * as nact from 'nact'
import { dispatch, minutes, type Ref, spawnPersistent, start } from 'nact'

interface Contact {
  readonly name: string
}
type Contacts = Readonly<Record<string, Contact>>
type Message = { readonly type: 'add'; readonly id: string; readonly contact: Contact } | { readonly type: 'stop' }

const engine: PersistenceEngine = persistenceEngine({ journal: inMemoryJournal() })

describe('plain nact code', () => {
  test("our engine is one for nact's own configurePersistence", () => {
    expect(() => start(nact.configurePersistence(engine))).not.toThrow()
    expect(() => start(configurePersistence(engine))).not.toThrow()
  })

  test('spawnPersistent with annotated state and message', () => {
    const system = start(configurePersistence(engine))
    const actor: Ref<Message> = spawnPersistent(
      system,
      async (state: Contacts = {}, msg: Message, ctx) => {
        if (msg.type === 'stop') return state
        if (!ctx.recovering) await ctx.persist(msg, ['contacts'])
        dispatch(ctx.sender, msg)
        ctx.children.get('x')
        // @ts-expect-error an event is one of the actor's messages
        if (ctx.recovering) await ctx.persist('something else')
        return { ...state, [msg.id]: msg.contact }
      },
      'contacts',
      'contacts',
      { snapshotEvery: 20, shutdownAfter: 5 * minutes, onCrash: (_msg, _error, ctx) => ctx.reset },
    )

    expect(actor).toBeDefined()
    nact.stop(actor)
  })

  test('spawnPersistent with nothing annotated', () => {
    const system = start(configurePersistence(engine))
    spawnPersistent(
      system,
      async (state = { contacts: {} as Contacts }, msg, ctx) => {
        if (!ctx.recovering) await ctx.persist(msg)
        return { contacts: { ...state.contacts, [msg.id]: msg.contact } }
      },
      'unannotated',
    )
    expect.assertions(0)
  })

  test("with the import changed, the same is ours; and ctx has more than nact's", () => {
    const system = start(configurePersistence(engine))
    const actor: Ref<Message> = spawnDurable(
      system,
      async (state: Contacts = {}, msg: Message, ctx) => {
        if (msg.type === 'stop') return state
        if (!ctx.recovering) await ctx.persist(msg, ['contacts'])
        await ctx.persistAll([msg, msg])
        await ctx.saveSnapshot(state)
        dispatch(ctx.sender, ctx.sequenceNr + ctx.snapshotSequenceNr)
        // @ts-expect-error a snapshot is one of the actor's states
        if (ctx.recovering) await ctx.saveSnapshot('something else')
        // @ts-expect-error an event is one of the actor's messages
        if (ctx.recovering) await ctx.persistAll(['something else'])
        return { ...state, [msg.id]: msg.contact }
      },
      'contacts-2',
      'contacts-2',
      {
        snapshotEvery: 20,
        shutdownAfter: 5 * minutes,
        onCrash: (_msg, _error, ctx) => ctx.reset,
        tagger: (msg) => [msg.type],
        initialState: {},
      },
    )
    spawnDurable(
      system,
      async function (state = { contacts: {} as Contacts }, msg, ctx) {
        if (!this.recovering) await ctx.persist(msg)
        return { contacts: { ...state.contacts, [msg.id]: msg.contact } }
      },
      'unannotated-2',
    )
    // @ts-expect-error no such prop
    expect(() => spawnDurable(system, () => 0, 'typo', 'typo', { eventAdaptor: {} })).toThrow('eventAdaptor')

    expect(actor).toBeDefined()
    nact.stop(actor)
  })

  test("a function that was typed for nact's context fits ours", () => {
    const system = start(configurePersistence(engine))
    const f = async (state: number, msg: number, ctx: nact.PersistentActorContext<number, Ref<unknown>>) => {
      await ctx.persist(msg)
      return state + msg
    }

    expect(spawnDurable(system, f, 'typed', 'typed', { initialState: 0 })).toBeDefined()
  })
})
