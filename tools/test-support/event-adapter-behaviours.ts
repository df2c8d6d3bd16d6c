/** What event adapters do for both kinds of persistent actors. Run against every journal that there is. */
import {
  Effect,
  type EventAdapter,
  RecoveryError,
  spawnEventSourced,
  spawnPersistent,
  tagged,
  zodEventAdapter,
} from '@dynact/persistence'
import { dispatch, query, type Ref } from 'nact'
import { z } from 'zod'
import { type ActorBehavioursOptions, type ActorHarness, ASK_TIMEOUT_MS, aroundEach, until } from './actor-harness.js'

interface Event {
  readonly type: string
  readonly count?: number | undefined
  readonly at?: Date | undefined
}
/** An event to persist, or who wants to know the events so far. */
type Message = Event | { readonly replyTo: Ref<readonly Event[]> }
type Spawn = (h: ActorHarness, eventAdapter: EventAdapter<Event>) => Ref<Message>

/** Their state: all events that they have seen. */
const styles: readonly [string, Spawn][] = [
  [
    'spawnPersistent',
    (h, eventAdapter) =>
      spawnPersistent(
        h.newSystem(),
        async (state: readonly Event[], message: Message, ctx) => {
          if ('replyTo' in message) {
            dispatch(message.replyTo, state)
            return state
          }
          if (!ctx.recovering) await ctx.persist(message)
          return [...state, message]
        },
        h.id,
        undefined,
        {
          initialState: [],
          eventAdapter: eventAdapter as EventAdapter<Message>,
          onCrash: (_, error, ctx) => {
            h.logged.push(error as Error)
            return error instanceof RecoveryError ? ctx.stop : ctx.resume
          },
        },
      ),
  ],
  [
    'spawnEventSourced',
    (h, eventAdapter) =>
      spawnEventSourced<readonly Event[], Message, Event>(h.newSystem(), {
        persistenceId: h.id,
        initialState: [],
        onCommand: (state, message) =>
          'replyTo' in message ? Effect.reply(message.replyTo, state) : Effect.persistAll([message]),
        onEvent: (state, event) => [...state, event],
        eventAdapter,
      }),
  ],
]

/** Declares the tests. */
export const eventAdapterBehaviours = (name: string, options: ActorBehavioursOptions): void => {
  describe.each(styles)(`event adapters of %s on ${name}`, (_, spawn) => {
    let h: ActorHarness
    aroundEach(options, (fresh) => {
      h = fresh
    })

    const spawnWith = (eventAdapter: EventAdapter<Event>) => h.keep(spawn(h, eventAdapter))
    const eventsOf = (actor: Ref<Message>): Promise<readonly Event[]> =>
      query(actor, (replyTo: Ref<readonly Event[]>): Message => ({ replyTo }), ASK_TIMEOUT_MS)
    const persistedBy = async (eventAdapter: EventAdapter<Event>, ...events: readonly Event[]) => {
      const actor = spawnWith(eventAdapter)
      for (const event of events) dispatch(actor, event)
      return eventsOf(actor)
    }
    const stored = async () => (await h.stored()).map(({ payload, manifest, tags }) => [payload, manifest, tags])

    test('rename: what is stored has another name, and a manifest', async () => {
      const adapter: EventAdapter<Event> = {
        manifest: ({ type }) => `${type}.v1`,
        toJournal: ({ type, ...rest }) => ({ kind: type, ...rest }),
        fromJournal: (payload, manifest) => {
          const { kind, ...rest } = payload as { kind: string }
          return { type: `${kind}/${manifest}`, ...rest }
        },
      }

      expect(await persistedBy(adapter, { type: 'a', count: 1 })).toEqual([{ type: 'a', count: 1 }])
      expect(await stored()).toEqual([[{ kind: 'a', count: 1 }, 'a.v1', []]])
      expect(await eventsOf(spawnWith(adapter))).toEqual([{ type: 'a/a.v1', count: 1 }])
    })

    test('upcast: what an older version stored is read as what it means today', async () => {
      await h.write(1, { type: 'a' })
      const adapter: EventAdapter<Event> = {
        manifest: () => '2',
        toJournal: (event) => event,
        fromJournal: (payload, manifest) => ({ count: manifest === '2' ? -1 : 1, ...(payload as Event) }),
      }

      expect(await persistedBy(adapter, { type: 'b', count: 5 })).toEqual([
        { type: 'a', count: 1 },
        { type: 'b', count: 5 },
      ])
    })

    test('split and drop: one stored event stands for several, or for none; numbers go on behind what is stored', async () => {
      await h.write(1, { type: 'a+b' })
      await h.write(2, { type: '' })
      await h.write(3, { type: 'c' })
      const adapter: EventAdapter<Event> = {
        toJournal: (event) => event,
        fromJournal: (payload) =>
          (payload as Event).type
            .split('+')
            .filter((type) => type !== '')
            .map((type) => ({ type })),
      }

      expect(await persistedBy(adapter, { type: 'd' })).toEqual(['a', 'b', 'c', 'd'].map((type) => ({ type })))
      expect((await h.stored()).map(({ sequenceNr }) => sequenceNr)).toEqual([1, 2, 3, 4])
      expect(await eventsOf(spawnWith(adapter))).toEqual(['a', 'b', 'c', 'd'].map((type) => ({ type })))
    })

    test('tag: the adapter gives tags, which are no part of the payload', async () => {
      const adapter: EventAdapter<Event> = {
        toJournal: (event) => tagged(event, `type-${event.type}`, 'events'),
        fromJournal: (payload) => payload as Event,
      }
      await persistedBy(adapter, { type: 'a' })

      expect(await stored()).toEqual([[{ type: 'a' }, '', ['events', 'type-a']]])
    })

    test('an adapter that cannot write rejects the write; nothing is stored, and the actor lives on', async () => {
      const adapter: EventAdapter<Event> = {
        toJournal: (event) => {
          if (event.type === 'bad') throw new Error('no such type')
          return event
        },
        fromJournal: (payload) => payload as Event,
      }

      expect(await persistedBy(adapter, { type: 'bad' }, { type: 'good' })).toEqual([{ type: 'good' }])
      expect(await stored()).toEqual([[{ type: 'good' }, '', []]])
    })

    test('an adapter that cannot read fails the recovery, and the error says where and why', async () => {
      await h.write(1, { type: 'a' })
      spawnWith({
        toJournal: (event) => event,
        fromJournal: () => {
          throw new Error('unknown type a')
        },
      })
      await until(() => h.logged.length > 0)

      expect(h.logged[0]).toMatchObject({ code: 'RECOVERY', persistenceId: h.id, sequenceNr: 1 })
      expect(h.logged[0]?.message).toMatch(/stored event 1 .*unknown type a/)
    })

    describe('zodEventAdapter', () => {
      const isoDate = z.codec(z.iso.datetime(), z.date(), {
        decode: (text) => new Date(text),
        encode: (date) => date.toISOString(),
      })
      const schema = z.strictObject({ type: z.string(), count: z.int().positive().optional(), at: isoDate.optional() })

      test('refuses an invalid value before it is written, with the path of the mistake', async () => {
        expect(await persistedBy(zodEventAdapter(schema), { type: 'a', count: -1 })).toEqual([])
        expect(h.logged).toEqual([
          expect.objectContaining({ code: 'WRITE_REJECTED', message: expect.stringMatching(/at count/) }),
        ])
        expect(await stored()).toEqual([])
      })

      test('stores codecs encoded and gives them back decoded', async () => {
        const at = new Date(0)
        await persistedBy(zodEventAdapter(schema), { type: 'a', at })

        expect(await stored()).toEqual([[{ type: 'a', at: at.toISOString() }, '', []]])
        expect(await eventsOf(spawnWith(zodEventAdapter(schema)))).toEqual([{ type: 'a', at }])
      })

      test('fails on reading an invalid value, with the path of the mistake', async () => {
        await h.write(1, { type: 'a', count: 1.5 })
        spawnWith(zodEventAdapter(schema))
        await until(() => h.logged.length > 0)

        expect(h.logged[0]).toMatchObject({ code: 'RECOVERY', sequenceNr: 1 })
        expect(h.logged[0]?.message).toMatch(/at count/)
      })

      test('lets an inner adapter upcast before it checks, and write a manifest', async () => {
        await h.write(1, { name: 'a' })
        const adapter = zodEventAdapter(schema, {
          manifest: () => 'v2',
          toJournal: (event) => event,
          fromJournal: (payload, manifest) =>
            manifest === 'v2' ? (payload as Event & { at?: string }) : { type: (payload as { name: string }).name },
        })

        expect(await persistedBy(adapter, { type: 'b' })).toEqual([{ type: 'a' }, { type: 'b' }])
        expect((await stored()).at(-1)).toEqual([{ type: 'b' }, 'v2', []])
      })
    })
  })
}
