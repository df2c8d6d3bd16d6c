/**
 * What `spawnPersistent` does when something fails, and where nact's own actor has traps. Run against every journal that there is.
 */
import {
  configurePersistence,
  persistenceEngines,
  RecoveryError,
  spawnPersistent,
  WriteRejectedError,
  WriteUncertainError,
} from '@dynact/persistence'
import { jest } from '@jest/globals'
import { dispatch, type Ref, type SupervisionContext, start, stop } from 'nact'
import { type ActorBehavioursOptions, type ActorHarness, actorHarness, aroundEach, until } from './actor-harness.js'
import { deferred } from './deferred.js'

/** Declares the tests. */
export const persistentActorBehaviours = (name: string, options: ActorBehavioursOptions): void => {
  describe(`spawnPersistent on ${name}`, () => {
    let h: ActorHarness
    let crashes: [unknown, string | undefined][]

    aroundEach(options, (fresh) => {
      h = fresh
      crashes = []
    })

    const decide = (decision: 'stop' | 'resume' | 'reset') => ({
      onCrash: (message: unknown, error: Error | undefined, ctx: SupervisionContext<string, Ref<unknown>>) => {
        crashes.push([message, error?.message])
        return ctx[decision] as unknown as symbol
      },
    })
    const numbered = async () => (await h.stored()).map(({ sequenceNr, payload }) => [sequenceNr, payload])
    const tell = (actor: Ref<string>, letters: string) => {
      for (const letter of letters) dispatch(actor, letter)
    }

    describe("traps of nact's own actor", () => {
      test('a failed persist under resume leaves no hole', async () => {
        h.hooks.beforeWrite = ({ events }) => {
          if (events[0]?.payload === 'b') throw new WriteRejectedError('no b')
        }
        const actor = h.spawnAppending(decide('resume'))
        tell(actor, 'ab')

        expect(await h.ask(actor, 'c')).toBe('ac')
        expect(await numbered()).toEqual([
          [1, 'a'],
          [2, 'c'],
        ])
      })

      test('a failed recovery under resume does not start from empty state and write number 1 again', async () => {
        await h.write(1, 'a', 'b')
        let failures = 2
        h.hooks.beforeEvent = () => {
          failures -= 1
          if (failures >= 0) throw new RecoveryError('half-way')
        }
        const actor = h.spawnAppending(decide('resume'))

        expect(await h.ask(actor, 'c')).toBe('abc')
        expect(crashes).toEqual(Array(2).fill([undefined, 'half-way']))
        expect((await numbered()).at(-1)).toEqual([3, 'c'])
      })

      test('a poison event under reset does not recover in a hot loop', async () => {
        jest.spyOn(Math, 'random').mockReturnValue(1) // the longest back-off: 50 ms, then 100 ms
        await h.write(1, 'poison')
        const replays: number[] = []
        h.hooks.beforeReplay = () => void replays.push(performance.now())
        const choke = (): string => {
          throw new Error('choked')
        }
        const actor = h.keep(spawnPersistent(h.newSystem(), choke, h.id, undefined, decide('reset')))
        await until(() => replays.length === 3)
        stop(actor)

        const [first = 0, second = 0, third = 0] = replays
        expect(second - first).toBeGreaterThan(45) // No more than a lower bound: timers may be late, not early.
        expect(third - second).toBeGreaterThan(95)
        expect(crashes[0]).toEqual(['poison', 'choked'])
      })

      test('snapshots do not finish out of order', async () => {
        const go = deferred()
        const finished: number[] = []
        h.hooks.beforeSave = ({ sequenceNr }) => (sequenceNr === 1 ? go.promise : undefined)
        h.hooks.afterSave = ({ sequenceNr }) => void finished.push(sequenceNr)
        const actor = h.spawnAppending({}, async (message, ctx, state) => {
          await ctx.persist(message)
          void ctx.saveSnapshot(state)
        })
        tell(actor, 'ab')
        expect(await h.ask(actor, 'c')).toBe('abc') // No message waits for them.
        go.resolve()
        await until(() => finished.length === 3)

        expect(finished).toEqual([1, 2, 3])
      })

      test('snapshots are counted right across a recovery', async () => {
        const first = h.spawnAppending({ snapshotEvery: 3 })
        tell(first, 'ab')
        await h.ask(first)
        const actor = h.spawnAppending({ snapshotEvery: 3 })
        const saved = h.saved(3)
        await h.ask(actor, 'c')
        await saved
        tell(actor, 'de')
        await h.ask(actor)

        expect(await h.snapshots()).toEqual([3])
      })

      test('persist is refused while recovering', async () => {
        await h.write(1, 'a')
        const refused = deferred<Error>()
        h.keep(
          spawnPersistent(
            h.newSystem(),
            async (_: unknown, message: string, ctx) => {
              await ctx.persist(message).catch(refused.resolve)
            },
            h.id,
          ),
        )

        expect((await refused.promise).message).toMatch(/is refused.*recovering/)
        expect(await numbered()).toEqual([[1, 'a']])
      })

      test('without an engine the error says what to call', () => {
        const system = start()

        expect(() => spawnPersistent(system, () => {}, h.id)).toThrow('start(configurePersistence(')
        stop(system)
      })

      test('the replay of a long history does not starve the event loop', async () => {
        const payloads = Array.from({ length: 1_000 }, () => 'x')
        await h.write(1, ...payloads)
        let turns = 0
        const turning = setInterval(() => {
          turns += 1
        }, 1)
        let before = Number.NaN
        let after = Number.NaN
        const actor = h.keep(
          spawnPersistent(
            h.newSystem(),
            (count: number, _message: string, ctx) => {
              const until = performance.now() + 0.1
              while (performance.now() < until); // An event costs something.
              if (ctx.sequenceNr === 1) before = turns
              if (ctx.recovering) after = turns
              else dispatch(ctx.sender, count)
              return count + 1
            },
            h.id,
            undefined,
            { initialState: 0 },
          ),
        )

        expect(await h.ask<number>(actor).finally(() => clearInterval(turning))).toBe(1_000)
        expect(after - before).toBeGreaterThan(3)
      })
    })

    describe('a write', () => {
      test.each([
        ['not stored', 'beforeWrite', 'ac'],
        ['stored', 'afterWrite', 'abc'],
      ] as const)(
        'whose outcome is unknown (%s) fails its message; the actor recovers and lives on',
        async (_, hook, state) => {
          h.hooks[hook] = ({ events }) => {
            if (events[0]?.payload !== 'b') return
            h.hooks[hook] = undefined
            throw new WriteUncertainError('lost')
          }
          const actor = h.spawnAppending()
          tell(actor, 'ab')

          expect(await h.ask(actor, 'c')).toBe(state)
          expect(h.logged.map(({ message }) => message)).toEqual(['lost'])
        },
      )

      test('that is fenced once, as by its own dead predecessor, fails its message; the actor recovers and lives on', async () => {
        const actor = h.spawnAppending()
        await h.ask(actor, 'a')
        await h.write(2, 'late')
        tell(actor, 'b')

        expect(await h.ask(actor, 'c')).toBe('alatec')
        expect((await numbered()).map(([nr]) => nr)).toEqual([1, 2, 3])
      })

      test('that is fenced again and again stops the actor', async () => {
        jest.spyOn(Math, 'random').mockReturnValue(0) // no back-off
        let writes = 0
        h.hooks.beforeWrite = ({ events }) => {
          writes += 1
          return h.write(events[0]?.sequenceNr ?? 0, 'i')
        }
        tell(h.spawnAppending(), '1234567')
        await h.stopped

        expect(writes).toBe(5)
        expect(h.logged.at(-1)).toMatchObject({ code: 'FENCED' })
      })
    })

    test('a snapshot that cannot be saved is reported, and not on the console', async () => {
      const log = jest.spyOn(console, 'log')
      h.hooks.beforeSave = () => {
        throw new WriteRejectedError('no room')
      }
      const actor = h.spawnAppending({ snapshotEvery: 1 })
      await h.ask(actor, 'a')
      await until(() => h.logged.length > 0)

      expect(h.logged.map(({ message }) => message)).toEqual(['no room'])
      expect(log).not.toHaveBeenCalled()
    })

    test('keepSnapshots keeps the newest, across recoveries', async () => {
      for (const letters of ['ab', 'cd', 'e']) {
        const actor = h.spawnAppending({ snapshotEvery: 1, keepSnapshots: 2 })
        for (const letter of letters) {
          const saved = h.saved('abcde'.indexOf(letter) + 1)
          await h.ask(actor, letter)
          await saved
        }
      }
      await until(async () => (await h.snapshots()).length <= 2)

      expect(await h.snapshots()).toEqual([4, 5])
      expect((await h.stored()).length).toBe(5)
    })

    test('several engines serve one system, chosen by name', async () => {
      const other = actorHarness(h.base)
      const system = start(configurePersistence(persistenceEngines({ default: h.engine, audit: other.engine })))
      const written: string[] = []
      h.hooks.beforeWrite = () => void written.push('default')
      other.hooks.beforeWrite = () => void written.push('audit')
      const spawn = (persistenceId: string, engine?: string) =>
        h.keep(
          spawnPersistent(
            system,
            async (_: unknown, message: string, ctx) => {
              await ctx.persist(message)
              dispatch(ctx.sender, 'done')
            },
            persistenceId,
            undefined,
            engine === undefined ? {} : { engine },
          ),
        )
      await h.ask(spawn(h.id), 'a')
      await h.ask(spawn(other.id, 'audit'), 'b')
      stop(system)

      expect(written).toEqual(['default', 'audit'])
      expect(() => spawn('x', 'adit')).toThrow()
    })
  })
}
