/**
 * What nact's documentation says of persistent actors, queries, snapshots and supervision, as tests: of nact's own functions on
 * our engine, and of ours. Run against every journal that there is.
 */
import { randomUUID } from 'node:crypto'
import {
  configurePersistence,
  type PersistenceEngine,
  persistenceEngine,
  RecoveryError,
  spawnPersistent,
  WriteRejectedError,
} from '@dynact/persistence'
import * as nact from 'nact'
import { dispatch, persistentQuery, query, start, stop } from 'nact'
import { type Deferred, deferred } from './deferred.js'
import { hookedJournal, hookedSnapshotStore, type JournalHooks, type SnapshotHooks } from './hooked-stores.js'

/** What {@link nactBehaviours} runs on. */
export interface NactBehavioursOptions {
  /** Called once; what it gives is used by all tests, under ids of their own. Needs a snapshot store. */
  makeEngine(): PersistenceEngine | Promise<PersistenceEngine>
}

const TIMEOUT_MS = 10_000

type Reducer = (state: string, event: string) => string
const append: Reducer = (state, event) => state + event

/** Asks an actor and gives its answer. */
const ask = (actor: nact.Ref<string>, message: string): Promise<string> =>
  query(actor, () => message, TIMEOUT_MS) as Promise<string>

/** Declares the tests. */
export const nactBehaviours = (name: string, { makeEngine }: NactBehavioursOptions): void => {
  describe(`nact behaviours on ${name}`, () => {
    let base: PersistenceEngine
    let hooks: JournalHooks & SnapshotHooks
    let engine: PersistenceEngine
    let systems: nact.ActorSystemRef[]
    let id: string

    beforeAll(async () => {
      base = await makeEngine()
    })

    beforeEach(() => {
      const store = base.snapshotStore
      if (store === undefined) throw new Error('makeEngine must give an engine with a snapshot store')
      hooks = {}
      systems = []
      id = `nact-${randomUUID()}`
      engine = persistenceEngine({
        journal: hookedJournal(base.journal, hooks),
        snapshotStore: hookedSnapshotStore(store, hooks),
      })
    })

    afterEach(() => {
      for (const system of systems) stop(system)
    })

    /** A system as a new process would have it. */
    const newSystem = () => {
      const system = start(configurePersistence(engine))
      systems.push(system)
      return system
    }

    const stored = async () => (await base.events(id, 0)).filter(({ isDeleted }) => !isDeleted).map(({ data }) => data)

    /** Resolves when a snapshot of this key has been stored. */
    const snapshotSaved = (key = id): Deferred<number> => {
      const saved = deferred<number>()
      hooks.afterSave = (metadata) => {
        if (metadata.persistenceId === key) saved.resolve(metadata.sequenceNr)
      }
      return saved
    }

    for (const [flavour, spawn] of [
      ["nact's own spawnPersistent", nact.spawnPersistent],
      ["dynact's spawnPersistent", spawnPersistent as unknown as typeof nact.spawnPersistent],
    ] as const) {
      describe(flavour, () => {
        /** Keeps all events in one string, persists them, and answers with it. */
        const spawnJournalling = (
          parent: nact.Ref<unknown>,
          props: nact.PersistentActorProps<string, string, nact.Ref<unknown>> = {},
          beforePersist: (message: string) => void = () => {},
        ) =>
          spawn(
            parent,
            async (state: string | undefined, message: string, ctx) => {
              const next = append(state ?? '', message)
              if (!ctx.recovering && message !== '') {
                beforePersist(message)
                await ctx.persist(message)
              }
              if (!ctx.recovering) dispatch(ctx.sender, next)
              return next
            },
            id,
            undefined,
            props as nact.PersistentActorProps<string | undefined, string, nact.Ref<unknown>>,
          )

        test('starts without any event', async () => {
          const actor = spawnJournalling(newSystem())
          dispatch(actor, 'a')
          dispatch(actor, 'b')

          expect(await ask(actor, 'c')).toBe('abc')
        })

        test('numbers the stored events from 1', async () => {
          const actor = spawnJournalling(newSystem())
          dispatch(actor, 'a')
          await ask(actor, 'b')

          const events = await base.events(id, 0)

          expect(events.map(({ sequenceNumber, data, key }) => [sequenceNumber, data, key])).toEqual([
            [1, 'a', id],
            [2, 'b', id],
          ])
        })

        test('recovers its state in another system, and goes on', async () => {
          const first = newSystem()
          await ask(spawnJournalling(first), 'ice')
          stop(first)

          const second = spawnJournalling(newSystem())
          await ask(second, 'land')

          expect(await ask(spawnJournalling(newSystem()), '')).toBe('iceland')
          expect(await stored()).toEqual(['ice', 'land'])
        })

        test('handles what arrives during its recovery afterwards, in order', async () => {
          await ask(spawnJournalling(newSystem()), 'a')
          const replaying = deferred()
          const go = deferred()
          hooks.beforeEvent = () => {
            replaying.resolve()
            return go.promise
          }
          const actor = spawnJournalling(newSystem())
          await replaying.promise

          dispatch(actor, 'b')
          const answer = ask(actor, 'c')
          go.resolve()

          expect(await answer).toBe('abc')
        })

        test('shows ctx.recovering while it replays, and only then', async () => {
          const seen: [string, boolean][] = []
          const spawnWatching = () =>
            spawn(
              newSystem(),
              async function (this: unknown, _: unknown, message: string, ctx) {
                seen.push([message, ctx.recovering === true])
                if (!ctx.recovering) {
                  await ctx.persist(message)
                  dispatch(ctx.sender, this === ctx)
                }
              },
              id,
            )

          expect(await query(spawnWatching(), () => 'a', TIMEOUT_MS)).toBe(true)
          await query(spawnWatching(), () => 'b', TIMEOUT_MS)

          expect(seen).toEqual([
            ['a', false],
            ['a', true],
            ['b', false],
          ])
        })

        test.each([[undefined], [null], [1], [[]], [{}], [Symbol('A')]])('refuses the key %p', (key) => {
          const system = newSystem()

          expect(() => spawn(system, () => {}, key as string)).toThrow()
        })

        test('stores the tags of an event', async () => {
          const actor = spawn(
            newSystem(),
            async (_: unknown, message: string, ctx) => {
              if (ctx.recovering) return
              await ctx.persist(message, message === 'both' ? ['red', 'blue'] : [message])
              dispatch(ctx.sender, undefined)
            },
            id,
          )
          for (const message of ['red', 'both', 'blue']) await query(actor, () => message, TIMEOUT_MS)

          const find = async (...tags: string[]) => (await base.events(id, 0, undefined, tags)).map(({ data }) => data)

          expect(await find('red')).toEqual(['red', 'both'])
          expect(await find('red', 'blue')).toEqual(['both'])
          expect((await base.events(id, 1, 1))[0]?.tags).toEqual(['blue', 'red'])
        })

        test('stores events through its encoder and replays them through its decoder', async () => {
          const props = {
            encoder: (message: string) => ({ letter: message }),
            decoder: (json: unknown) => (json as { letter: string }).letter,
          }
          await ask(spawnJournalling(newSystem(), props), 'a')

          expect(await ask(spawnJournalling(newSystem(), props), '')).toBe('a')
          expect(await stored()).toEqual([{ letter: 'a' }])
        })

        test('skips an event that is marked as deleted, and does not use its number again', async () => {
          for (const [index, data] of ['a', 'x', 'b', 'x'].entries()) {
            const isDeleted = data === 'x'
            await base.persist({ key: id, data, sequenceNumber: index + 1, tags: [], createdAt: Date.now(), isDeleted })
          }
          const actor = spawnJournalling(newSystem())

          expect(await ask(actor, 'c')).toBe('abc')
          expect((await base.events(id, 4)).map(({ sequenceNumber }) => sequenceNumber)).toEqual([5])
        })

        test('does not use the numbers of events again that have been removed from the journal', async () => {
          await ask(spawnJournalling(newSystem()), 'a')
          await base.journal.deleteEventsTo(id, 1)
          const actor = spawnJournalling(newSystem())

          expect(await ask(actor, 'b')).toBe('b')
          expect((await base.events(id, 0)).map(({ sequenceNumber }) => sequenceNumber)).toEqual([2])
        })

        describe('supervision', () => {
          let stopped: Deferred<string | undefined>
          let crashes: [unknown, string | undefined][]

          beforeEach(() => {
            stopped = deferred()
            crashes = []
          })

          const policy = (
            decision: 'stop' | 'resume' | 'reset' | 'escalate',
          ): nact.PersistentActorProps<string, string, nact.Ref<unknown>> => ({
            onCrash: (message, error, ctx) => {
              crashes.push([message, error?.message])
              return ctx[decision]
            },
            afterStop: (state) => stopped.resolve(state),
          })

          const failOnce = (bad: string) => {
            let hasFailed = false
            return (message: string) => {
              if (message !== bad || hasFailed) return
              hasFailed = true
              throw new Error(`no ${message}`)
            }
          }

          test('stop: ends the actor', async () => {
            const actor = spawnJournalling(newSystem(), policy('stop'), failOnce('b'))
            dispatch(actor, 'a')
            dispatch(actor, 'b')

            expect(await stopped.promise).toBe('a')
            expect(crashes).toEqual([['b', 'no b']])
            await expect(ask(actor, 'c')).rejects.toThrow('stopped')
          })

          test('resume: keeps the state and goes on with the next message', async () => {
            const actor = spawnJournalling(newSystem(), policy('resume'), failOnce('b'))
            dispatch(actor, 'a')
            dispatch(actor, 'b')

            expect(await ask(actor, 'c')).toBe('ac')
          })

          test('reset: recovers again and goes on with the next message', async () => {
            const actor = spawnJournalling(newSystem(), policy('reset'), failOnce('b'))
            dispatch(actor, 'a')
            dispatch(actor, 'b')

            expect(await ask(actor, 'c')).toBe('ac')
          })

          test('reset: the new recovery sees what was being persisted at the time', async () => {
            const writing = deferred()
            hooks.beforeWrite = ({ events }) => (events[0]?.payload === 'b' ? writing.promise : undefined)
            const finishLater = async () => {
              // Long enough for a recovery that does not wait.
              for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
              writing.resolve()
            }
            await ask(spawnJournalling(newSystem()), 'a')
            let failed = false
            const actor = spawn(
              newSystem(),
              (state: string | undefined, message: string, ctx) => {
                const next = append(state ?? '', message)
                if (ctx.recovering) return next
                // Not awaited: nact resets the actor while this is under way.
                ctx.persist(message)
                if (message === 'b' && !failed) {
                  failed = true
                  throw new Error('after persisting')
                }
                dispatch(ctx.sender, next)
                return next
              },
              id,
              undefined,
              {
                onCrash: (_, __, ctx) => {
                  void finishLater()
                  return ctx.reset
                },
              },
            )
            dispatch(actor, 'b')

            expect(await ask(actor, 'c')).toBe('abc')
          })

          test('escalate: lets the parent decide', async () => {
            const asked = deferred<unknown>()
            const parent = nact.spawn(
              newSystem(),
              (_: unknown, message: string, ctx) => {
                dispatch(spawnJournalling(ctx.self, policy('escalate'), failOnce('b')), message)
              },
              'parent',
              {
                onCrash: (message, error, ctx) => {
                  asked.resolve([message, error?.message])
                  return ctx.stop
                },
              },
            )
            dispatch(parent, 'b')

            expect(await asked.promise).toEqual(['b', 'no b'])
          })

          test('a journal that cannot be read is a crash without a message', async () => {
            hooks.beforeReplay = () => {
              throw new RecoveryError('the journal is away')
            }
            spawnJournalling(newSystem(), policy('stop'))

            await stopped.promise

            expect(crashes).toEqual([[undefined, 'the journal is away']])
          })

          test('a journal that fails half-way through a replay is one too', async () => {
            const writer = spawnJournalling(newSystem())
            dispatch(writer, 'a')
            await ask(writer, 'b')
            hooks.beforeEvent = ({ sequenceNr }) => {
              if (sequenceNr === 2) throw new RecoveryError('half-way')
            }
            spawnJournalling(newSystem(), policy('stop'))

            await stopped.promise

            expect(crashes).toEqual([[undefined, 'half-way']])
          })

          test('reset after a failed recovery recovers again', async () => {
            await ask(spawnJournalling(newSystem()), 'a')
            let failures = 1
            hooks.beforeReplay = () => {
              failures -= 1
              if (failures >= 0) throw new RecoveryError('the journal is away')
            }
            const actor = spawnJournalling(newSystem(), policy('reset'))

            expect(await ask(actor, 'b')).toBe('ab')
          })

          test('a rejected persist is a crash; resumed, the actor goes on as if the message had not been', async () => {
            hooks.beforeWrite = ({ persistenceId, events }) => {
              if (events[0]?.payload === 'b') throw new WriteRejectedError('too large', { persistenceId })
            }
            const actor = spawnJournalling(newSystem(), policy('resume'))
            dispatch(actor, 'a')
            dispatch(actor, 'b')

            expect(await ask(actor, 'c')).toBe('ac')
            expect(crashes).toEqual([['b', 'too large']])
            expect(await ask(spawnJournalling(newSystem()), '')).toBe('ac')
          })
        })

        describe('snapshots', () => {
          test('are taken every so many events, and spare the next recovery those before', async () => {
            const saved = snapshotSaved()
            const actor = spawnJournalling(newSystem(), { snapshotEvery: 3 * nact.messages })
            for (const message of ['a', 'b', 'c']) dispatch(actor, message)
            expect(await saved.promise).toBe(3)
            await ask(actor, 'd')
            const replayed: number[] = []
            hooks.beforeEvent = ({ sequenceNr }) => {
              replayed.push(sequenceNr)
            }

            const answer = await ask(spawnJournalling(newSystem()), 'e')

            expect(answer).toBe('abcde')
            expect(replayed).toEqual([4])
          })

          test('go through the snapshot encoder and decoder', async () => {
            const saved = snapshotSaved()
            const props = {
              snapshotEvery: 1,
              snapshotEncoder: (state: string) => ({ text: state }),
              snapshotDecoder: (json: unknown) => (json as { text: string }).text.toUpperCase(),
            }
            await ask(spawnJournalling(newSystem(), props), 'a')
            await saved.promise

            expect((await base.latestSnapshot(id))?.data).toEqual({ text: 'a' })
            expect(await ask(spawnJournalling(newSystem(), props), '')).toBe('A')
          })

          test('that cannot be saved do not stop the actor, and the next one is tried', async () => {
            const { log } = console
            const { emitWarning } = process
            console.log = () => {} // nact prints the failure,
            process.emitWarning = () => {} // and we warn of it, since this system has no log.
            const saved = snapshotSaved()
            try {
              hooks.beforeSave = ({ sequenceNr }) => {
                if (sequenceNr === 1) throw new WriteRejectedError('no room')
              }
              const actor = spawnJournalling(newSystem(), { snapshotEvery: 1 })
              await ask(actor, 'a')

              expect(await ask(actor, 'b')).toBe('ab')
              expect(await saved.promise).toBe(2)
            } finally {
              console.log = log
              process.emitWarning = emitWarning
            }
          })

          test('are optional: without a store none is taken, and that is no error', async () => {
            const { journal } = engine
            const system = start(configurePersistence(persistenceEngine({ journal })))
            systems.push(system)
            const actor = spawnJournalling(system, { snapshotEvery: 1 })
            dispatch(actor, 'a')

            expect(await ask(actor, 'b')).toBe('ab')
            expect(await base.latestSnapshot(id)).toBeUndefined()
          })

          test('must be asked for with a number', () => {
            const system = newSystem()

            expect(() => spawn(system, () => {}, id, undefined, { snapshotEvery: {} as number })).toThrow()
          })
        })
      })
    }

    describe("nact's own persistentQuery", () => {
      const persisted = async (text: string, from = 1) => {
        for (const [index, data] of [...text].entries()) {
          await engine.persist({
            key: id,
            data,
            sequenceNumber: from + index,
            tags: [],
            createdAt: Date.now(),
            isDeleted: data === '-',
          })
        }
      }
      const fold = (state: string | undefined, event: string) => append(state ?? '', event)

      test('gives undefined when there are no events', async () => {
        expect(await persistentQuery(newSystem(), fold, id)()).toBeUndefined()
      })

      test('folds the events', async () => {
        await persisted('iceland')

        expect(await persistentQuery(newSystem(), fold, id)()).toBe('iceland')
      })

      test('skips deleted events', async () => {
        await persisted('ice-land-')

        expect(await persistentQuery(newSystem(), fold, id)()).toBe('iceland')
      })

      test('reads only new events when it is called again', async () => {
        await persisted('ice')
        const ofEvents = persistentQuery(newSystem(), fold, id)
        await ofEvents()
        await persisted('land', 4)
        const read: number[] = []
        hooks.beforeEvent = ({ sequenceNr }) => {
          read.push(sequenceNr)
        }

        expect(await ofEvents()).toBe('iceland')
        expect(read).toEqual([4, 5, 6, 7])
      })

      test('sees every event that was persisted before it was called', async () => {
        const go = deferred()
        hooks.beforeWrite = () => go.promise
        const writing = persisted('a')
        const result = persistentQuery(newSystem(), fold, id)()
        go.resolve()
        await writing

        expect(await result).toBe('a')
      })

      test('gives the same promise while it runs', async () => {
        const ofEvents = persistentQuery(newSystem(), fold, id)
        const first = ofEvents()

        expect(ofEvents()).toBe(first)
        await first
      })

      test('starts from its own snapshot', async () => {
        await persisted('iceland')
        const snapshotKey = `${id}-view`
        await engine.takeSnapshot({ key: snapshotKey, data: 'green', sequenceNumber: 3, createdAt: Date.now() })
        const ofEvents = persistentQuery(newSystem(), fold, id, { snapshotKey })

        expect(await ofEvents()).toBe('greenland')
        expect(await ofEvents()).toBe('greenland')
      })

      test('saves a snapshot after so many events, through its encoder', async () => {
        await persisted('iceland')
        const snapshotKey = `${id}-view`
        const saved = snapshotSaved(snapshotKey)
        const props = {
          snapshotKey,
          snapshotEvery: 5,
          snapshotEncoder: (state: string | undefined) => ({ text: state }),
          snapshotDecoder: (json: unknown) => (json as { text: string }).text,
        }
        await persistentQuery(newSystem(), fold, id, props)()

        expect(await saved.promise).toBe(7)
        expect((await base.latestSnapshot(snapshotKey))?.data).toEqual({ text: 'iceland' })
        expect(await persistentQuery(newSystem(), fold, id, props)()).toBe('iceland')
      })

      test('rejects when it fails, and works again when it is called again', async () => {
        await persisted('a')
        let fails = true
        hooks.beforeReplay = () => {
          if (fails) throw new RecoveryError('the journal is away')
        }
        const ofEvents = persistentQuery(newSystem(), fold, id)

        await expect(ofEvents()).rejects.toThrow('the journal is away')
        fails = false

        expect(await ofEvents()).toBe('a')
      })
    })
  })
}
