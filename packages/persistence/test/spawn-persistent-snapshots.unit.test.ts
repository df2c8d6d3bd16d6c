import { spawnPersistent, WriteRejectedError } from '@dynact/persistence'
import * as nact from 'nact'
import { dispatch } from 'nact'
import { deferred } from '../../../tools/test-support/deferred.js'
import { harness } from './spawn-persistent-harness.js'

let h: ReturnType<typeof harness>
let saves: [sequenceNr: number, snapshot: unknown][]

beforeEach(() => {
  h = harness()
  saves = []
  h.hooks.beforeSave = ({ sequenceNr }, snapshot) => {
    saves.push([sequenceNr, snapshot])
  }
})
afterEach(() => h.stopAll())

/** Resolves when the snapshot of this number has been saved. */
const saved = (nr: number) => {
  const done = deferred()
  h.hooks.afterSave = ({ sequenceNr }) => {
    if (sequenceNr === nr) done.resolve()
  }
  return done.promise
}
const tell = (actor: nact.Ref<string>, letters: string) => {
  for (const letter of letters) dispatch(actor, letter)
}

describe('snapshotEvery', () => {
  test('counts events, not messages', async () => {
    const actor = h.spawnAppending({ snapshotEvery: 4 }, (message, ctx) =>
      message === '-' ? undefined : ctx.persistAll([...message]),
    )
    const done = saved(6)
    await h.ask(actor, '-')
    await h.ask(actor, 'abc')
    await h.ask(actor, '-')
    await h.ask(actor, 'def')
    await done

    expect(saves).toEqual([[6, '-abc-def']])
  })

  test('counts on across recoveries, neither one more nor one less', async () => {
    const before = h.spawnAppending({ snapshotEvery: 3 })
    tell(before, 'ab')
    await h.ask(before)
    const actor = h.spawnAppending({ snapshotEvery: 3 })
    await h.ask(actor)
    const first = saved(3)
    await h.ask(actor, 'c')
    await first
    await h.ask(actor, 'd')
    const next = h.spawnAppending({ snapshotEvery: 3 })
    await h.ask(next, 'e')
    expect(saves).toEqual([[3, 'abc']])
    const second = saved(6)
    await h.ask(next, 'f')
    await second

    expect(saves).toEqual([
      [3, 'abc'],
      [6, 'abcdef'],
    ])
  })

  test('saves one right after a recovery that replayed as many', async () => {
    await h.ask(h.spawnAppending(), 'a')
    await h.ask(h.spawnAppending(), 'b')
    const done = saved(2)
    h.spawnAppending({ snapshotEvery: 2 })
    await done

    expect(saves).toEqual([[2, 'ab']])
  })

  test('saves one at a time, in order, and delays no message', async () => {
    const go = deferred()
    let saving = 0
    h.hooks.beforeSave = async ({ sequenceNr }, snapshot) => {
      saves.push([sequenceNr, snapshot])
      saving += 1
      expect(saving).toBe(1)
      if (saves.length === 1) await go.promise
      saving -= 1
    }
    const actor = h.spawnAppending({ snapshotEvery: 1 })
    tell(actor, 'abc')

    expect(await h.ask(actor)).toBe('abc') // while the first one is being saved
    const done = saved(3)
    go.resolve()
    await done

    expect(saves).toEqual([
      [1, 'a'],
      [3, 'abc'],
    ])
  })

  test('labels the snapshot with all that the state covers, though nobody waits for the writes', async () => {
    const go = deferred()
    h.hooks.beforeWrite = () => go.promise
    const actor = h.spawnAppending({ snapshotEvery: 2 }, (message, ctx) => {
      for (const letter of message) void ctx.persist(letter)
    })
    const done = saved(3)
    dispatch(actor, 'a')
    dispatch(actor, 'bc')
    go.resolve()
    await done

    expect(saves).toEqual([[3, 'abc']])
    expect(await h.ask(h.spawnAppending())).toBe('abc')
  })

  test('a failure is logged, fails no message, and the next one is due as many events later', async () => {
    h.hooks.beforeSave = ({ sequenceNr }, snapshot) => {
      saves.push([sequenceNr, snapshot])
      if (sequenceNr === 2) throw new WriteRejectedError('no room')
    }
    const actor = h.spawnAppending({ snapshotEvery: 2 })
    await h.ask(actor, 'a')
    await h.ask(actor, 'b')
    await h.ask(actor, 'c')
    const done = saved(4)
    await h.ask(actor, 'd')
    await done

    expect(saves.map(([nr]) => nr)).toEqual([2, 4])
    expect(h.logged.map(({ message }) => message)).toEqual(['no room'])
  })

  test('an encoder that throws is such a failure', async () => {
    const snapshotEncoder = () => {
      throw new TypeError('cannot encode')
    }
    const actor = h.spawnAppending({ snapshotEvery: 1, snapshotEncoder })
    await h.ask(actor, 'a')

    expect(await h.ask(actor, 'b')).toBe('ab')
    await h.ask(actor)
    expect(h.logged.map(({ message }) => message)).toEqual(['cannot encode', 'cannot encode'])
  })
})

describe('ctx.saveSnapshot', () => {
  test('saves the given state, as covering all that has been persisted', async () => {
    const actor = h.spawnAppending({}, async (message, ctx, state) => {
      void ctx.persist(message)
      await ctx.saveSnapshot(state)
    })
    await h.ask(actor, 'a')
    await h.ask(actor, 'b')

    expect(saves).toEqual([
      [1, 'a'],
      [2, 'ab'],
    ])
  })

  test('without a state saves the one from before the message, with the number that it covers', async () => {
    const actor = h.spawnAppending({}, async (message, ctx) => {
      await ctx.persist(message)
      await ctx.saveSnapshot()
    })
    await h.ask(actor, 'a')
    await h.ask(actor, 'b')

    expect(saves).toEqual([[1, 'a']])
    expect(await h.ask(h.spawnAppending())).toBe('ab')
  })

  test('waits for the one before, so that they end in order', async () => {
    const go = deferred()
    h.hooks.beforeSave = async ({ sequenceNr }, snapshot) => {
      if (sequenceNr === 1) await go.promise
      saves.push([sequenceNr, snapshot])
    }
    const actor = h.spawnAppending({}, async (message, ctx, state) => {
      await ctx.persist(message)
      void ctx.saveSnapshot(state)
    })
    await h.ask(actor, 'a')
    await h.ask(actor, 'b')
    const done = saved(2)
    go.resolve()
    await done

    expect(saves).toEqual([
      [1, 'a'],
      [2, 'ab'],
    ])
  })

  test('starts the count of snapshotEvery anew', async () => {
    const actor = h.spawnAppending({ snapshotEvery: 2 }, async (message, ctx, state) => {
      await ctx.persist(message)
      if (message === 'a') await ctx.saveSnapshot(state)
    })
    await h.ask(actor, 'a')
    await h.ask(actor, 'b')
    const done = saved(3)
    await h.ask(actor, 'c')
    await done

    expect(saves.map(([nr]) => nr)).toEqual([1, 3])
  })

  test('rejects to whoever waits for it', async () => {
    h.hooks.beforeSave = () => {
      throw new WriteRejectedError('no room')
    }
    const errors: unknown[] = []
    const actor = h.spawnAppending({}, async (message, ctx, state) => {
      await ctx.persist(message)
      await ctx.saveSnapshot(state).catch((error: Error) => errors.push(error.message))
    })

    expect(await h.ask(actor, 'a')).toBe('a')
    expect(errors).toEqual(['no room'])
    expect(h.logged).toEqual([])
  })

  test('is logged if it fails and nobody waits for it', async () => {
    const tried = deferred()
    h.hooks.beforeSave = () => {
      tried.resolve()
      throw new WriteRejectedError('no room')
    }
    const actor = h.spawnAppending({}, async (message, ctx, state) => {
      await ctx.persist(message)
      void ctx.saveSnapshot(state)
    })
    await h.ask(actor, 'a')
    await tried.promise
    await h.ask(actor)

    expect(h.logged.map(({ message }) => message)).toEqual(['no room'])
  })

  test('saves nothing for an event that was not written', async () => {
    h.hooks.beforeWrite = () => {
      throw new WriteRejectedError('no')
    }
    const errors: unknown[] = []
    const actor = h.spawnAppending({}, async (message, ctx, state) => {
      const persisted = ctx.persist(message)
      await ctx.saveSnapshot(state).catch((error: Error) => errors.push(error.message))
      await persisted.catch(() => {})
    })
    await h.ask(actor, 'a')

    expect(saves).toEqual([])
    expect(errors).toEqual([expect.stringContaining('was not written')])
  })

  test('without a store does nothing', async () => {
    const { journal } = h
    const { configurePersistence, persistenceEngine } = await import('@dynact/persistence')
    const system = h.newSystem(configurePersistence(persistenceEngine({ journal })))
    const actor = h.spawnAppending(
      { snapshotEvery: 1 },
      async (message, ctx, state) => {
        await ctx.persist(message)
        await ctx.saveSnapshot(state)
        await ctx.deleteSnapshots()
      },
      system,
    )

    expect(await h.ask(actor, 'a')).toBe('a')
  })
})

test('snapshots are stamped in rising order even within a millisecond', async () => {
  const stamps: number[] = []
  h.hooks.beforeSave = ({ timestamp }) => {
    stamps.push(timestamp)
  }
  const actor = spawnPersistent(
    h.newSystem(),
    async (_: string, message: string, ctx) => {
      for (let nr = 0; nr < 5; nr += 1) await ctx.saveSnapshot(message)
      nact.dispatch(ctx.sender, 'done')
      return message
    },
    h.id,
  )
  await h.ask(actor, 'a')

  expect(stamps).toHaveLength(5)
  expect(stamps).toEqual([...new Set(stamps)].sort((a, b) => a - b))
})

test('snapshots are stamped later than the one that was recovered, though its writer had a faster clock', async () => {
  const future = Date.now() + 3_600_000
  await h.engine.snapshotStore?.saveSnapshot({ persistenceId: h.id, sequenceNr: 1, timestamp: future }, 'a')
  const stamps: number[] = []
  h.hooks.beforeSave = ({ timestamp }) => {
    stamps.push(timestamp)
  }

  await h.ask(
    h.spawnAppending({}, (_, ctx, state) => ctx.saveSnapshot(state)),
    'b',
  )

  expect(stamps).toHaveLength(1)
  expect(stamps[0]).toBeGreaterThan(future)
})
