/** What a recovery reads, how many run at once, and when one is given up. Run against every journal that there is. */
import { spawnPersistent } from '@dynact/persistence'
import { jest } from '@jest/globals'
import { dispatch, query, type Ref, stop } from 'nact'
import {
  type ActorBehavioursOptions,
  type ActorHarness,
  ASK_TIMEOUT_MS,
  actorHarness,
  aroundEach,
  isStopped,
  until,
} from './actor-harness.js'
import { deferred } from './deferred.js'

/** Declares the tests. */
export const recoveryBehaviours = (name: string, options: ActorBehavioursOptions): void => {
  describe(`recovery on ${name}`, () => {
    let h: ActorHarness

    aroundEach(options, (fresh) => {
      h = fresh
    })

    describe('with five events and snapshots at 2 and 4', () => {
      beforeEach(async () => {
        for (const [index, letter] of [...'abcde'].entries()) await h.write(index + 1, letter)
        await h.snapshotStore.saveSnapshot({ persistenceId: h.id, sequenceNr: 2, timestamp: 20 }, 'AB')
        await h.snapshotStore.saveSnapshot({ persistenceId: h.id, sequenceNr: 4, timestamp: 40 }, 'ABCD')
      })

      test.each([
        ['nothing given', {}, 'ABCDe'],
        ['no snapshot', { fromSnapshot: false }, 'abcde'],
        ['a snapshot by number', { fromSnapshot: { maxSequenceNr: 3 } }, 'ABcde'],
        ['a snapshot by time', { fromSnapshot: { maxTimestamp: 39 } }, 'ABcde'],
        ['criteria that no snapshot meets', { fromSnapshot: { maxTimestamp: 19 } }, 'abcde'],
        ['a last number', { toSequenceNr: 3 }, 'ABc'],
        ['a last number and no snapshot', { fromSnapshot: false, toSequenceNr: 3 }, 'abc'],
        ['a last number below every snapshot', { toSequenceNr: 1 }, 'a'],
        ['a last number of 0', { toSequenceNr: 0 }, ''],
        ['so many events', { fromSnapshot: false, replayMax: 2 }, 'ab'],
        ['so many events after the snapshot', { fromSnapshot: { maxSequenceNr: 2 }, replayMax: 1 }, 'ABc'],
        ['no events', { replayMax: 0 }, 'ABCD'],
        ['disabled', 'disabled', ''],
      ] as const)('%s', async (_, recovery, state) => {
        const actor = h.spawnAppending({ recovery })

        expect(await h.ask(actor)).toBe(state)
        expect(await h.ask(actor, 'f')).toBe(`${state}f`)
        expect((await h.stored()).map(({ payload }) => payload).join('')).toBe('abcdef') // Behind all that is there.
      })

      test.each([['disabled'], [{ toSequenceNr: 3 }], [{ replayMax: 0 }]] as const)(
        'a state that lacks events (%p) is not saved as a snapshot',
        async (recovery) => {
          const refusals: string[] = []
          const actor = h.spawnAppending({ recovery, snapshotEvery: 1 }, async (message, ctx, state) => {
            await ctx.persist(message)
            await ctx.saveSnapshot(state).catch((error: Error) => refusals.push(error.message))
          })
          await h.ask(actor, 'f')

          expect(refusals).toEqual([expect.stringContaining("'recovery' left out")])
          expect(await h.snapshots()).toEqual([2, 4])
        },
      )

      test('limits that cut nothing leave snapshots as they are', async () => {
        const saved = h.saved(6)
        const actor = h.spawnAppending({ recovery: { toSequenceNr: 5, replayMax: 1 }, snapshotEvery: 2 })
        await h.ask(actor, 'f')
        await saved

        expect(await h.snapshots()).toEqual([2, 4, 6])
      })
    })

    test.each([
      ['before its end', 300],
      ['to its end', 350],
    ])('events that are deleted while it reads, %s: never a state that lacks them', async (_, to) => {
      for (let from = 1; from <= 350; from += 50) await h.write(from, ...'x'.repeat(50))
      let isDone = false
      h.hooks.beforeEvent = async ({ sequenceNr }) => {
        if (isDone || sequenceNr !== 20) return
        isDone = true
        await h.snapshotStore.saveSnapshot({ persistenceId: h.id, sequenceNr: to, timestamp: 9 }, 'X'.repeat(to))
        await h.journal.deleteEventsTo(h.id, to)
      }

      const overtaken = h.spawnAppending()
      const answer = h.ask(overtaken).catch(() => 'failed')
      const outcome = await Promise.race([answer, until(() => isStopped(overtaken)).then(() => 'failed')])

      expect(['failed', 'x'.repeat(350)]).toContain(outcome)
      expect(await h.ask(h.spawnAppending())).toBe('X'.repeat(to) + 'x'.repeat(350 - to))
    })

    test.each([
      ['Disabled'],
      [{ fromSnapshot: true }],
      [{ toSequenceNr: -1 }],
      [{ replayMax: 1.5 }],
      [{ toSequenceNumber: 3 }],
    ])('%p is refused', (recovery) => {
      expect(() => h.spawnAppending({ recovery } as object)).toThrow('recovery')
    })

    test('takes an event only when the one before has been applied, so that memory stays flat', async () => {
      for (let nr = 1; nr <= 5; nr += 1) await h.write(nr, 'x')
      let taken = 0
      let applied = 0
      let ahead = 0
      h.hooks.beforeEvent = () => {
        taken += 1
        ahead = Math.max(ahead, taken - applied)
      }
      const actor = h.keep(
        spawnPersistent(
          h.newSystem(),
          async (_: unknown, __: string, ctx) => {
            await new Promise(setImmediate)
            if (ctx.recovering) applied += 1
            else dispatch(ctx.sender, 'ready')
          },
          h.id,
        ),
      )
      await h.ask(actor)

      expect([taken, applied, ahead]).toEqual([5, 5, 1])
    })

    test('does not count as idle time for shutdownAfter', async () => {
      const replaying = deferred()
      const go = deferred()
      h.hooks.beforeReplay = (id) => {
        if (id !== h.id) return undefined
        replaying.resolve()
        return go.promise
      }
      const actor = h.spawnAppending({ shutdownAfter: 30 })
      await replaying.promise
      const idle = h.keep(spawnPersistent(h.newSystem(), () => {}, `${h.id}-idle`, undefined, { shutdownAfter: 60 }))
      await until(() => isStopped(idle)) // Longer than the other one may be idle.
      const answer = h.ask(actor)
      go.resolve()

      expect(await answer).toBe('')
      await until(() => isStopped(actor))
    })

    test('runs at most so many at once, and each in its turn', async () => {
      h = actorHarness(h.base, { maxConcurrentRecoveries: 3 })
      const full = deferred()
      let now = 0
      let most = 0
      h.hooks.beforeReplay = async () => {
        now += 1
        most = Math.max(most, now)
        if (now === 3) full.resolve()
        await full.promise
        await new Promise(setImmediate)
        now -= 1
      }
      const actors = Array.from({ length: 20 }, () => h.spawnAppending())

      expect(await Promise.all(actors.map((actor) => h.ask(actor)))).toEqual(Array(20).fill(''))
      expect(most).toBe(3)
    })

    test('that waits for its turn is given up when its actor stops, and one that fails makes way', async () => {
      h = actorHarness(h.base, { maxConcurrentRecoveries: 1 })
      const go = deferred()
      let replays = 0
      h.hooks.beforeReplay = async () => {
        replays += 1
        if (replays > 1) return
        await go.promise
        throw new Error('the first one fails')
      }
      h.spawnAppending()
      const waiting = h.spawnAppending()
      await until(() => replays === 1)
      stop(waiting)
      await h.stopped
      const last = h.ask(h.spawnAppending())
      go.resolve()

      expect(await last).toBe('')
      expect(replays).toBe(2)
    })

    const spawnReady = (id: string) =>
      h.keep(spawnPersistent(h.newSystem(), (_: unknown, __: string, ctx) => dispatch(ctx.sender, 'ready'), id))

    test.each(['stop(system)', 'the stop of its parent'])('ends after %s, which nact does not tell it', async (how) => {
      await h.write(1, 'poison')
      jest.spyOn(Math, 'random').mockReturnValue(0) // no back-off
      let replays = 0
      h.hooks.beforeReplay = (id) => {
        if (id === h.id) replays += 1
      }
      const system = h.newSystem()
      const parent = h.keep(
        spawnPersistent(
          system,
          (_: unknown, message: string, ctx) => {
            if (message !== 'spawn') return
            const choke = () => {
              throw new Error('choked')
            }
            const child = spawnPersistent(ctx.self, choke, h.id, 'child', { onCrash: (_m, _e, c) => c.reset })
            for (let nr = 0; nr < 100; nr += 1) dispatch(child, nr as never) // Each would make it recover once more.
          },
          `${h.id}-parent`,
          undefined,
          { recovery: 'disabled' },
        ),
      )
      dispatch(parent, 'spawn')
      await until(() => replays > 0)
      stop(how === 'stop(system)' ? system : parent)
      const seen = replays
      for (let nr = 0; nr < 20; nr += 1) await h.ask(spawnReady(`${h.id}-${nr}`)) // These recover meanwhile.

      expect(replays).toBeLessThanOrEqual(seen + 1)
    })

    test('10,000 actors recover in one process', async () => {
      const ids = Array.from({ length: 10_000 }, (_, index) => `${h.id}-${index}`)
      const remaining = [...ids]
      const writeAll = async () => {
        for (let id = remaining.pop(); id !== undefined; id = remaining.pop()) {
          const event = { sequenceNr: 1, payload: id, manifest: '', writerUuid: 'w', timestamp: 1, tags: [] }
          await h.journal.writeEvents({ persistenceId: id, events: [{ persistenceId: id, ...event }] })
        }
      }
      await Promise.all(Array.from({ length: 50 }, writeAll))
      let now = 0
      let most = 0
      h.hooks.beforeLoad = () => {
        now += 1
        most = Math.max(most, now)
      }
      const system = h.newSystem()
      const actors = ids.map((id) =>
        h.keep(
          spawnPersistent(
            system,
            (state: string | undefined, message: string, ctx) => {
              if (!ctx.recovering) return dispatch(ctx.sender, state) as unknown as string
              now -= 1
              return message
            },
            id,
          ),
        ),
      )

      // Not all at once: of 10,000 queries under way, nact gives two the same name in one run of fifty.
      const answers: unknown[] = []
      for (let from = 0; from < actors.length; from += 100) {
        const asked = actors.slice(from, from + 100)
        answers.push(
          ...(await Promise.all(asked.map((actor) => query(actor as Ref<string>, () => '?', 3 * ASK_TIMEOUT_MS)))),
        )
      }

      expect(answers).toEqual(ids)
      expect(most).toBeLessThanOrEqual(50)
      expect(h.logged).toEqual([])
    }, 600_000)
  })
}
