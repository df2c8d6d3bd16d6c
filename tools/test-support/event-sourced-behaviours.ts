/** What `spawnEventSourced` does. Run against every journal that there is. */
import {
  Effect,
  type EventSourcedBehavior,
  persistenceEngine,
  RecoveryError,
  spawnEventSourced,
  tagged,
  WriteRejectedError,
  WriteUncertainError,
} from '@dynact/persistence'
import { jest } from '@jest/globals'
import { dispatch, Nobody, query, type Ref, stop } from 'nact'
import {
  type ActorBehavioursOptions,
  type ActorHarness,
  ASK_TIMEOUT_MS,
  aroundEach,
  isStopped,
  until,
} from './actor-harness.js'
import { deferred } from './deferred.js'
import { hookedJournal } from './hooked-stores.js'

type Command =
  | { readonly add: string; readonly replyTo?: Ref<string> }
  | { readonly get: true; readonly replyTo: Ref<string> }
type Behavior = EventSourcedBehavior<string, Command, string>

/** Declares the tests. */
export const eventSourcedBehaviours = (name: string, options: ActorBehavioursOptions): void => {
  describe(`spawnEventSourced on ${name}`, () => {
    let h: ActorHarness

    aroundEach(options, (fresh) => {
      h = fresh
    })

    /** Adds each letter of a command as an event, and answers with the state. */
    const spawn = (parts: Partial<Behavior> = {}, parent: Ref<unknown> = h.newSystem()): Ref<Command> =>
      h.keep(
        spawnEventSourced<string, Command, string>(parent, {
          persistenceId: h.id,
          initialState: '',
          onCommand: (state, command) => {
            if ('get' in command) return Effect.reply(command.replyTo, state)
            const effect = Effect.persistAll([...command.add])
            return command.replyTo === undefined ? effect : effect.thenReply(command.replyTo, (next: string) => next)
          },
          onEvent: (state, event) => state + event,
          ...parts,
        }),
      )
    const add = (actor: Ref<Command>, letters: string): Promise<string> =>
      query(actor, (replyTo: Ref<string>): Command => ({ add: letters, replyTo }), ASK_TIMEOUT_MS)
    const get = (actor: Ref<Command>): Promise<string> =>
      query(actor, (replyTo: Ref<string>): Command => ({ get: true, replyTo }), ASK_TIMEOUT_MS)
    const numbered = async () =>
      (await h.stored()).map(({ sequenceNr, payload }) => `${sequenceNr}${payload}`).join(' ')

    describe('a command', () => {
      test('leads to events, these to the state, and the state to the reply; all of it outlives the process', async () => {
        const actor = spawn()
        expect(await add(actor, 'ab')).toBe('ab')
        expect(await add(actor, 'c')).toBe('abc')

        expect(await get(spawn())).toBe('abc')
        expect(await numbered()).toBe('1a 2b 3c')
      })

      test('has its events stored all or none, in one write', async () => {
        const writes: number[] = []
        h.hooks.beforeWrite = ({ events }) => void writes.push(events.length)
        await add(spawn(), 'abc')

        expect(writes).toEqual([3])
      })

      test('starts only when the effect of the one before is durable and applied', async () => {
        const order: string[] = []
        const go = deferred()
        const writing = deferred()
        h.hooks.beforeWrite = ({ events }) => {
          if (events[0]?.payload !== 'a') return
          writing.resolve()
          return go.promise
        }
        h.hooks.afterWrite = ({ events }) => void order.push(`stored ${events[0]?.payload}`)
        const actor = spawn({
          onCommand: async (state, command) => {
            const letter = 'add' in command ? command.add : ''
            order.push(`command ${letter} on '${state}'`)
            await new Promise(setImmediate)
            return Effect.persist(letter)
              .thenRun(() => new Promise<void>((resolve) => setImmediate(resolve)))
              .thenRun((next: string) => void order.push(`side effect on '${next}'`))
          },
        })
        dispatch(actor, { add: 'a' })
        dispatch(actor, { add: 'b' })
        await writing.promise
        for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
        expect(order).toEqual(["command a on ''"])
        go.resolve()
        await until(() => order.length === 6)

        expect(order).toEqual([
          "command a on ''",
          'stored a',
          "side effect on 'a'",
          "command b on 'a'",
          'stored b',
          "side effect on 'ab'",
        ])
      })

      test('runs its side effects in their order, and never in a recovery', async () => {
        const ran: string[] = []
        const asked = deferred<string>()
        const parts: Partial<Behavior> = {
          onCommand: (_, command) => {
            if ('get' in command) return Effect.none().thenReply(command.replyTo, (state: string) => state)
            return Effect.persist(command.add)
              .thenRun((state: string) => void ran.push(`first ${state}`))
              .thenRun((state: string) => void ran.push(`second ${state}`))
              .thenRun(asked.resolve)
          },
        }
        dispatch(spawn(parts), { add: 'a' })
        expect(await asked.promise).toBe('a')
        expect(await get(spawn(parts))).toBe('a')

        expect(ran).toEqual(['first a', 'second a'])
      })

      test('can stop the actor, after what comes before; what waits is lost, and the id is free again', async () => {
        const parts: Partial<Behavior> = {
          onCommand: (_, command) => ('add' in command ? Effect.persist(command.add).thenStop() : Effect.stop()),
        }
        const actor = spawn(parts)
        dispatch(actor, { add: 'a' })
        dispatch(actor, { add: 'b' })
        await until(() => isStopped(actor))

        expect(await get(spawn())).toBe('a')
        const other = spawn(parts)
        dispatch(other, { get: true, replyTo: new Nobody() })
        await until(() => isStopped(other))
      })

      test('that gives no effect is a mistake that stops the actor', async () => {
        const actor = spawn({ onCommand: (() => 'done') as unknown as Behavior['onCommand'] })
        dispatch(actor, { add: 'a' })
        await until(() => h.logged.length > 0)

        expect(h.logged).toEqual([
          expect.objectContaining({ message: expect.stringContaining('must return an effect') }),
        ])
      })

      test('with an event that onEvent throws at stores nothing', async () => {
        const actor = spawn({
          onEvent: () => {
            throw new Error('no such event')
          },
        })
        dispatch(actor, { add: 'poison' })
        await until(() => h.logged.length > 0)

        expect(h.logged.map(({ message }) => message)).toEqual(['no such event'])
        expect(await h.stored()).toEqual([])
      })

      test('cannot lead to a promise of a state', async () => {
        const actor = spawn({ onEvent: (async () => 'x') as unknown as Behavior['onEvent'] })
        dispatch(actor, { add: 'a' })
        await until(() => h.logged.length > 0)

        expect(h.logged[0]?.message).toContain('not a promise')
      })

      test('sees in ctx who and how far the actor is', async () => {
        const seen: unknown[] = []
        const actor = spawn({
          onCommand: (_, command, ctx) => {
            seen.push([ctx.persistenceId === h.id, ctx.sequenceNr, ctx.snapshotSequenceNr, ctx.recovering])
            return 'add' in command
              ? Effect.persist(command.add)
              : Effect.reply(command.replyTo, String(ctx.sender !== undefined))
          },
        })
        dispatch(actor, { add: 'a' })
        expect(await get(actor)).toBe('true')

        expect(seen).toEqual([
          [true, 0, 0, false],
          [true, 1, 0, false],
        ])
      })
    })

    test('events carry the tags of the tagger and their own', async () => {
      const actor = spawn({
        onCommand: (_, command) =>
          Effect.persist('a', tagged('b', 'own')).thenReply(command.replyTo as Ref<string>, () => ''),
        tagger: (event) => [`letter-${event}`],
      })
      await get(actor)

      expect((await h.stored()).map(({ tags }) => tags)).toEqual([['letter-a'], ['letter-b', 'own']])
    })

    test('an initial state may be a function, called for every recovery', async () => {
      let calls = 0
      const initialState = () => {
        calls += 1
        return '>'
      }

      expect(await add(spawn({ initialState }), 'a')).toBe('>a')
      expect(await get(spawn({ initialState }))).toBe('>a')
      expect(calls).toBe(2)
    })

    describe('snapshots', () => {
      test('are saved every so many events, and kept and deleted as declared', async () => {
        for (const letters of ['ab', 'cd']) {
          const actor = spawn({ snapshots: { every: 1, keep: 2, deleteEvents: true } })
          for (const letter of letters) {
            const saved = h.saved('abcd'.indexOf(letter) + 1)
            await add(actor, letter)
            await saved
          }
        }
        await until(async () => (await h.stored()).length === 1)

        expect(await h.snapshots()).toEqual([3, 4])
        expect(await numbered()).toBe('4d')
        expect(await get(spawn())).toBe('abcd')
      })

      test('deletes the events only when the snapshot has been confirmed', async () => {
        h.hooks.beforeSave = () => {
          throw new WriteRejectedError('no room')
        }
        const actor = spawn({ snapshots: { every: 2, deleteEvents: true } })
        await add(actor, 'ab')
        await until(() => h.logged.length > 0)
        expect(await numbered()).toBe('1a 2b')

        h.hooks.beforeSave = undefined
        const saved = h.saved(4)
        await add(actor, 'cd')
        await saved
        await until(async () => (await h.stored()).length === 0)

        expect(await add(spawn(), 'e')).toBe('abcde')
        expect(await numbered()).toBe('5e')
      })

      test('are saved by predicate, of the state after all events of the command', async () => {
        const seen: unknown[] = []
        const actor = spawn({
          snapshots: {
            when: (state, event, sequenceNr) => {
              seen.push([state, event, sequenceNr])
              return event === 'b'
            },
          },
        })
        const saved = h.saved(3)
        await add(actor, 'abc')
        await saved
        await add(actor, 'd')

        expect(seen).toEqual([
          ['a', 'a', 1],
          ['ab', 'b', 2],
          ['abc', 'c', 3],
          ['abcd', 'd', 4],
        ])
        expect(await h.snapshots()).toEqual([3])
      })

      test('are saved on demand, through the adapter, and recovered from', async () => {
        const parts: Partial<Behavior> = {
          onCommand: (_, command) =>
            'add' in command ? Effect.persist(command.add) : Effect.snapshot().thenReply(command.replyTo, () => 'soon'),
          snapshots: {
            adapter: {
              toJournal: (state) => ({ text: state }),
              fromJournal: (snapshot) => (snapshot as { text: string }).text.toUpperCase(),
            },
          },
        }
        const actor = spawn(parts)
        const saved = h.saved(1)
        dispatch(actor, { add: 'a' })
        await get(actor)
        await saved
        dispatch(actor, { add: 'b' })

        expect(await h.snapshotStore.loadSnapshot(h.id)).toMatchObject({ snapshot: { text: 'a' } })
        const { onCommand: _, ...rest } = parts
        await until(async () => (await h.stored()).length === 2)
        expect(await get(spawn(rest))).toBe('Ab')
      })

      test('are not asked for where nothing has happened, and not missed without a store', async () => {
        const actor = spawn({
          onCommand: (_, command) => Effect.snapshot().thenReply(command.replyTo as Ref<string>, () => ''),
        })
        await get(actor)
        await get(actor)

        expect(await h.snapshots()).toEqual([])
        expect(h.logged).toEqual([])
      })
    })

    describe('recovery', () => {
      test('is told of when it is completed, before the first command, every time', async () => {
        const told: unknown[] = []
        const onRecoveryCompleted: NonNullable<Behavior['onRecoveryCompleted']> = async (state, ctx) => {
          await new Promise(setImmediate)
          told.push([state, ctx.sequenceNr, ctx.recovering])
        }
        const actor = spawn({ onRecoveryCompleted })
        expect(await add(actor, 'a')).toBe('a')
        await h.write(2, 'late')
        dispatch(actor, { add: 'b' }) // It is fenced, and recovers.
        await until(() => told.length === 2)

        expect(told).toEqual([
          ['', 0, false],
          ['alate', 2, false],
        ])
      })

      test('is told of when it has failed; then the actor stops', async () => {
        h.hooks.beforeReplay = () => {
          throw new RecoveryError('away')
        }
        const told: unknown[] = []
        const actor = spawn({
          onRecoveryFailure: (error, ctx) => void told.push([(error as Error).message, ctx.persistenceId]),
        })
        await until(() => isStopped(actor))

        expect(told).toEqual([['away', h.id]])
        expect(h.logged.map(({ message }) => message)).toEqual(['away'])
      })

      test('that fails is tried again under restart, and commands wait for it', async () => {
        jest.spyOn(Math, 'random').mockReturnValue(0)
        await h.write(1, 'a')
        let failures = 3
        h.hooks.beforeReplay = () => {
          failures -= 1
          if (failures >= 0) throw new RecoveryError('away')
        }
        const told: unknown[] = []
        const actor = spawn({
          onPersistFailure: { restart: { minBackoffMs: 1, maxBackoffMs: 2 } },
          onRecoveryFailure: (error) => void told.push(error),
        })

        expect(await add(actor, 'b')).toBe('ab')
        expect(told).toHaveLength(3)
      })

      test('reads what it is told to', async () => {
        await h.write(1, 'a')
        await h.write(2, 'b')

        expect(await get(spawn({ recovery: { toSequenceNr: 1 } }))).toBe('a')
        expect(await add(spawn({ recovery: 'disabled' }), 'c')).toBe('c')
        expect(await numbered()).toBe('1a 2b 3c')
      })
    })

    describe('a write', () => {
      const loseWriteOf = (payload: string, hook: 'beforeWrite' | 'afterWrite' = 'afterWrite') => {
        h.hooks[hook] = ({ events }) => {
          if (events[0]?.payload !== payload) return
          h.hooks[hook] = undefined
          throw new WriteUncertainError('lost')
        }
      }

      test.each([
        ['beforeWrite', 'ac'],
        ['afterWrite', 'abc'],
      ] as const)(
        'whose outcome is unknown (%s) fails its command; the actor recovers and lives on',
        async (hook, state) => {
          loseWriteOf('b', hook)
          const actor = spawn()
          dispatch(actor, { add: 'a' })
          dispatch(actor, { add: 'b' })

          expect(await add(actor, 'c')).toBe(state)
        },
      )

      test('whose outcome is unknown stops the actor under stop', async () => {
        loseWriteOf('a')
        const actor = spawn({ onPersistFailure: 'stop' })
        dispatch(actor, { add: 'a' })
        await until(() => isStopped(actor))

        expect(h.logged.map(({ message }) => message)).toEqual(['lost'])
      })

      test('that fails again and again waits longer each time under restart', async () => {
        jest.spyOn(Math, 'random').mockReturnValue(0)
        const replays: number[] = []
        h.hooks.beforeReplay = () => void replays.push(performance.now())
        h.hooks.beforeWrite = () => {
          throw new WriteUncertainError('lost')
        }
        const actor = spawn({
          onPersistFailure: { restart: { minBackoffMs: 40, maxBackoffMs: 1_000, randomFactor: 0 } },
        })
        for (let nr = 0; nr < 3; nr += 1) dispatch(actor, { add: 'a' })
        await until(() => replays.length === 4)
        h.hooks.beforeWrite = undefined

        const pauses = replays.slice(1).map((at, index) => at - (replays[index] ?? 0))
        // No more than lower bounds: timers may be late, not early.
        for (const [index, pause] of pauses.entries()) expect(pause).toBeGreaterThan(40 * 2 ** index - 5)
        expect(await add(actor, 'b')).toBe('b')
      })

      test('that is fenced again and again stops the actor, under restart too', async () => {
        let writes = 0
        h.hooks.beforeWrite = ({ events }) => {
          writes += 1
          return h.write(events[0]?.sequenceNr ?? 0, 'i')
        }
        const actor = spawn({ onPersistFailure: { restart: { minBackoffMs: 0, maxBackoffMs: 0 } } })
        for (let nr = 0; nr < 7; nr += 1) dispatch(actor, { add: 'a' })
        await until(() => isStopped(actor))

        expect(writes).toBe(5)
      })

      test('that is rejected leaves no trace: no event, no state, no side effect; the actor lives on', async () => {
        h.hooks.beforeWrite = ({ events }) => {
          if (events[0]?.payload === 'b') throw new WriteRejectedError('no b')
        }
        const told: unknown[] = []
        let replays = 0
        h.hooks.beforeReplay = () => {
          replays += 1
        }
        const actor = spawn({
          onPersistRejected: (error, command, ctx) => void told.push([error.message, command, ctx.sequenceNr]),
        })
        await add(actor, 'a')
        dispatch(actor, { add: 'bx' })

        expect(await add(actor, 'c')).toBe('ac')
        expect(told).toEqual([['no b', { add: 'bx' }, 1]])
        expect(await numbered()).toBe('1a 2c')
        expect(replays).toBe(1)
      })

      test('that is rejected is reported where nobody asks for it', async () => {
        const actor = spawn({
          onCommand: (_, command) => {
            if ('get' in command) return Effect.reply(command.replyTo, 'alive')
            return Effect.persist(new Map() as unknown as string)
          },
          onEvent: (state) => state,
        })
        dispatch(actor, { add: 'a' })

        expect(await get(actor)).toBe('alive')
        expect(h.logged).toEqual([expect.objectContaining({ code: 'WRITE_REJECTED' })])
      })
    })

    test('a side effect that throws is a crash; what was stored stays', async () => {
      const actor = spawn({
        onCommand: () =>
          Effect.persist('a').thenRun(() => {
            throw new Error('afterwards')
          }),
      })
      dispatch(actor, { add: 'a' })
      await until(() => h.logged.length > 0)

      expect(h.logged.map(({ message }) => message)).toEqual(['afterwards'])
      expect(await numbered()).toBe('1a')
    })

    test('shutdownAfter stops it when no command comes', async () => {
      const actor = spawn({ shutdownAfter: 20 })
      await get(actor)
      await until(() => isStopped(actor))
    })

    test('a behavior may be an instance of a class, with fields of its own', async () => {
      class Shouting implements Behavior {
        readonly persistenceId = h.id
        readonly initialState = ''
        readonly mark: string
        constructor(mark: string) {
          this.mark = mark
        }
        onCommand(state: string, command: Command) {
          if ('get' in command) return Effect.reply(command.replyTo, state)
          return Effect.persist(command.add + this.mark)
        }
        onEvent(state: string, event: string) {
          return state + event + this.mark
        }
        tagger() {
          return [this.mark]
        }
      }
      const actor = h.keep(spawnEventSourced<string, Command, string>(h.newSystem(), new Shouting('!')))
      dispatch(actor, { add: 'a' })

      expect(await get(actor)).toBe('a!!')
      expect((await h.stored()).map(({ payload, tags }) => [payload, tags])).toEqual([['a!', ['!']]])
    })

    test('a state that lacks deleted events, since their snapshot was left out, never replaces that snapshot', async () => {
      const snapshots = { every: 4, deleteEvents: true }
      await add(spawn({ snapshots }), 'abcd')
      await until(async () => (await h.stored()).length === 0)

      const partial = spawn({ snapshots, recovery: { fromSnapshot: false } })
      expect(await add(partial, 'efgh')).toBe('efgh')
      expect(await add(partial, 'i')).toBe('efghi')

      expect(await get(spawn({ snapshots }))).toBe('abcdefghi')
    })

    describe('when events were deleted and no snapshot covers them', () => {
      const snapshots = { every: 4, deleteEvents: true }
      const deleted = () => h.snapshotStore.deleteSnapshots(h.id)

      test.each([
        ['all events', 'abcd', 4],
        ['the first events', 'abcdef', 4],
      ])('(%s) the recovery fails, and says what to do; nothing is lost by it', async (_, letters, deletedTo) => {
        const actor = spawn({ snapshots })
        for (const letter of letters) await add(actor, letter)
        await h.engine.settled()
        await deleted()
        const told: Error[] = []
        const empty = spawn({ snapshots, onRecoveryFailure: (error) => void told.push(error as Error) })
        await until(() => isStopped(empty))

        expect(told).toEqual([expect.any(RecoveryError)])
        expect(told[0]).toMatchObject({ persistenceId: h.id, sequenceNr: deletedTo })
        expect(told[0]?.message).toMatch(
          new RegExp(`${h.id}.* up to ${deletedTo} .*none was found.*snapshot store.*acceptDeletedEvents: true`),
        )
        for (const store of [h.journal, h.snapshotStore])
          if (store.name !== undefined) expect(told[0]?.message).toContain(store.name)
        await h.snapshotStore.saveSnapshot({ persistenceId: h.id, sequenceNr: 4, timestamp: 9 }, 'ABCD')
        expect(await get(spawn({ snapshots }))).toBe(`ABCD${letters.slice(4)}`)
      })

      test('nor does an older snapshot, the same', async () => {
        const actor = spawn({ snapshots })
        await add(actor, 'abcd')
        await h.engine.settled()
        await deleted()
        await h.snapshotStore.saveSnapshot({ persistenceId: h.id, sequenceNr: 2, timestamp: 9 }, 'ab')
        const other = spawn({ snapshots })
        await until(() => isStopped(other))

        expect(h.logged.at(-1)?.message).toContain('newest one found is at 2')
      })

      test('acceptDeletedEvents goes on without them for good; fromSnapshot: false only looks', async () => {
        await add(spawn({ snapshots }), 'abcd')
        await h.engine.settled()
        await deleted()
        expect(await add(spawn({ snapshots, recovery: { fromSnapshot: false } }), 'efgh')).toBe('efgh')
        await h.engine.settled()
        expect(await h.snapshots()).toEqual([])

        expect(await add(spawn({ snapshots, recovery: { acceptDeletedEvents: true } }), 'i')).toBe('efghi')
        await h.engine.settled()
        expect(await get(spawn({ snapshots }))).toBe('efghi')
        expect(await h.snapshots()).toEqual([8])
      })

      test.each([
        [{ toSequenceNr: 0 }, ''],
        [{ replayMax: 0 }, ''],
        ['disabled', ''],
      ] as const)('%p asks for none of them', async (recovery, state) => {
        await add(spawn({ snapshots }), 'abcd')
        await h.engine.settled()
        await deleted()

        expect(await get(spawn({ snapshots, recovery }))).toBe(state)
      })

      test('a state of long ago is not to be had any more, and no empty one in its place', async () => {
        await add(spawn({ snapshots }), 'abcd')
        await h.engine.settled()
        const actor = spawn({ snapshots, recovery: { toSequenceNr: 2 } })
        await until(() => isStopped(actor))

        expect(h.logged.at(-1)?.message).toContain('up to 2 have been deleted')
      })

      test('an actor that deletes nothing by itself recovers from what is there', async () => {
        await add(spawn(), 'abcd')
        await h.journal.deleteEventsTo(h.id, 2)

        expect(await get(spawn())).toBe('cd')
      })

      test('a history that begins late, with nothing deleted, is one like any other', async () => {
        await h.write(3, 'c')

        expect(await get(spawn({ snapshots }))).toBe('c')
      })

      test('a journal that cannot tell what was deleted: what is missing before the first event was', async () => {
        const { readDeletedToSequenceNr: _, ...journal } = hookedJournal(h.journal, h.hooks)
        const engine = persistenceEngine({ journal, snapshotStore: h.snapshotStore })
        await h.write(3, 'c', 'd')
        expect(await get(spawn({ engine, snapshots, recovery: { replayMax: 1 } }))).toBe('')
        const actor = spawn({ engine, snapshots })
        await until(() => isStopped(actor))

        expect(h.logged.at(-1)?.message).toContain('up to 2 have been deleted')
      })

      test('a snapshot that the last life of the actor saves meanwhile is recovered from', async () => {
        for (const [index, letter] of [...'abcd'].entries()) await h.write(index + 1, letter)
        let isFirst = true
        h.hooks.beforeReplay = async () => {
          if (!isFirst) return
          isFirst = false
          await h.snapshotStore.saveSnapshot({ persistenceId: h.id, sequenceNr: 4, timestamp: 9 }, 'ABCD')
          await h.journal.deleteEventsTo(h.id, 4)
        }

        expect(await add(spawn({ snapshots }), 'e')).toBe('ABCDe')
      })
    })

    test('settled() waits for snapshots and for what they make superfluous, and for messages', async () => {
      const saving = deferred()
      const go = deferred()
      const order: string[] = []
      h.hooks.beforeSave = () => {
        saving.resolve()
        return go.promise
      }
      h.hooks.afterSave = () => void order.push('saved')
      const actor = spawn({ snapshots: { every: 2, deleteEvents: true } })
      await add(actor, 'ab')
      const settled = h.engine.settled().then(() => order.push('settled'))
      await saving.promise
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
      expect(order).toEqual([])
      go.resolve()
      await settled

      expect(order).toEqual(['saved', 'settled'])
      expect(await h.stored()).toEqual([])
    })

    test('a hook that persists when the recovery is complete is refused, and the actor lives on', async () => {
      const refused: unknown[] = []
      const hook = async (_: unknown, ctx: object) => {
        const { persist } = ctx as { persist: (event: string) => Promise<void> }
        await persist('x').catch((error: unknown) => refused.push(error))
      }

      const actor = spawn({ onRecoveryCompleted: hook })

      expect(await add(actor, 'a')).toBe('a')
      expect(refused).toEqual([expect.any(WriteRejectedError)])
      expect((await h.stored()).map(({ payload }) => payload)).toEqual(['a'])
    })

    test('initialState may be a method', async () => {
      class Greeting {
        readonly persistenceId = h.id
        readonly #zero = 'hello '
        initialState() {
          return this.#zero
        }
        onCommand(state: string, command: Command) {
          return 'get' in command ? Effect.reply(command.replyTo, state) : Effect.persist(command.add)
        }
        onEvent(state: string, event: string) {
          return state + event
        }
      }
      const actor: Ref<Command> = h.keep(spawnEventSourced<string, Command, string>(h.newSystem(), new Greeting()))

      dispatch(actor, { add: 'world' })

      expect(await get(actor)).toBe('hello world')
    })

    test('mistakes in a behavior are all named at once, and no actor is left behind', () => {
      const system = h.newSystem()
      const wrong = {
        onEvent: 'function',
        snapshots: { every: 0 },
        onPersistFailure: { restart: { minBackoffMs: 5, maxBackoffMs: 4 } },
        eventAdapter: {},
        onComand: () => {},
      } as unknown as Partial<Behavior>

      expect(() => spawn(wrong, system)).toThrow(
        expect.objectContaining({
          code: 'CONFIG',
          message: expect.stringMatching(
            /^spawnEventSourced\((?=.*onEvent)(?=.*every)(?=.*onPersistFailure)(?=.*eventAdapter)(?=.*onComand)/s,
          ),
        }),
      )
      expect(() => spawn({ persistenceId: ' ' }, system)).toThrow('persistenceId')
      expect(() => spawn({ engine: 'audit' }, system)).toThrow('audit')
      stop(system)
    })
  })
}
