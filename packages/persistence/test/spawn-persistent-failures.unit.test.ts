import {
  configurePersistence,
  RecoveryError,
  spawnPersistent,
  WriteRejectedError,
  WriteUncertainError,
} from '@dynact/persistence'
import { jest } from '@jest/globals'
import * as nact from 'nact'
import { dispatch } from 'nact'
import { isStopped } from '../../../tools/test-support/actor-harness.js'
import { deferred } from '../../../tools/test-support/deferred.js'
import { type Ctx, harness, type Props, watchUnhandled } from './spawn-persistent-harness.js'

let h: ReturnType<typeof harness>
let crashes: [unknown, string | undefined][]
let warnings: unknown[][]

beforeEach(() => {
  h = harness()
  crashes = []
  warnings = []
  jest.spyOn(process, 'emitWarning').mockImplementation((...warning: unknown[]) => {
    warnings.push(warning)
  })
})
afterEach(() => {
  h.stopAll()
  jest.restoreAllMocks()
})

type Decision = 'stop' | 'resume' | 'reset'
const policy = (decision: Decision | (() => Decision)): Props => ({
  onCrash: (message, error, ctx) => {
    crashes.push([message, error?.message])
    return ctx[typeof decision === 'string' ? decision : decision()]
  },
})
const numbers = async () => (await h.stored()).map(({ sequenceNr, payload }) => [sequenceNr, payload])
const rejectWritesOf = (bad: string) => {
  h.hooks.beforeWrite = ({ events }) => {
    if (events.some(({ payload }) => payload === bad))
      throw new WriteRejectedError(`no ${bad}`, { persistenceId: h.id })
  }
}
/** The next write ends uncertain, before or after it has been stored. */
const loseWrite = (when: 'beforeWrite' | 'afterWrite', payload?: string) => {
  h.hooks[when] = ({ events }) => {
    if (payload !== undefined && events[0]?.payload !== payload) return
    h.hooks[when] = undefined
    throw new WriteUncertainError('lost', { persistenceId: h.id })
  }
}

describe('a rejected persist', () => {
  test('leaves no gap and no trace in the state', async () => {
    rejectWritesOf('b')
    const actor = h.spawnAppending(policy('resume'))
    for (const message of ['a', 'b']) dispatch(actor, message)

    expect(await h.ask(actor, 'c')).toBe('ac')
    expect(await numbers()).toEqual([
      [1, 'a'],
      [2, 'c'],
    ])
    expect(crashes).toEqual([['b', 'no b']])
  })

  test('can be dealt with in the handler, and then is no crash', async () => {
    rejectWritesOf('b')
    const actor = h.spawnAppending(policy('stop'), (message, ctx) => ctx.persist(message).catch(() => {}))
    await h.ask(actor, 'b')

    expect(await h.ask(actor, 'c')).toBe('bc')
    expect(crashes).toEqual([])
  })

  test('does not make the actor recover if nothing else was stored', async () => {
    rejectWritesOf('b')
    const actor = h.spawnAppending(policy('resume'))
    await h.ask(actor, 'a')
    let replays = 0
    h.hooks.beforeReplay = () => {
      replays += 1
    }
    dispatch(actor, 'b')

    await h.ask(actor, 'c')

    expect(replays).toBe(0)
  })

  test("stops the actor by default, and says so in the system's log", async () => {
    rejectWritesOf('a')
    dispatch(h.spawnAppending(), 'a')
    await h.stopped

    expect(h.logged).toEqual([expect.objectContaining({ message: 'no a' })])
  })

  test('stops the actor by default, and says so in a process warning where there is no log', async () => {
    rejectWritesOf('a')
    dispatch(h.spawnAppending({}, undefined, h.newSystem(configurePersistence(h.engine))), 'a')
    await h.stopped

    expect(warnings).toEqual([[expect.stringMatching(/stops because of this error:.*no a/), 'PersistentActorStopped']])
  })
})

describe('a message that fails after it has persisted', () => {
  test('is known to the resumed actor: it recovers first', async () => {
    const actor = h.spawnAppending(policy('resume'), async (message, ctx) => {
      await ctx.persist(message)
      if (message === 'b') throw new Error('afterwards')
    })
    for (const message of ['a', 'b']) dispatch(actor, message)

    expect(await h.ask(actor, 'c')).toBe('abc')
    expect(await numbers()).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ])
  })

  test('likewise when the write is still under way', async () => {
    const go = deferred()
    h.hooks.beforeWrite = () => go.promise
    const actor = h.spawnAppending(policy('resume'), (message, ctx) => {
      void ctx.persist(message)
      if (message === 'a') throw new Error('meanwhile')
    })
    dispatch(actor, 'a')
    const answer = h.ask(actor, 'b')
    go.resolve()

    expect(await answer).toBe('ab')
  })
})

describe('an un-awaited persist that fails', () => {
  const unawaited = (message: string, ctx: Ctx) => {
    void ctx.persist(message)
  }

  test('fails the next step even if no message comes, and is no unhandled rejection', async () => {
    const unhandled = watchUnhandled()
    const go = deferred()
    h.hooks.beforeWrite = async () => {
      await go.promise
      throw new WriteRejectedError('no a')
    }
    const crashed = deferred()
    const actor = h.spawnAppending(
      {
        onCrash: (message, error, ctx) => {
          crashed.resolve()
          crashes.push([message, error?.message])
          return ctx.resume
        },
      },
      unawaited,
    )
    expect(await h.ask(actor, 'a')).toBe('a') // the handler is through
    go.resolve()
    await crashed.promise

    expect(crashes).toEqual([[undefined, 'no a']])
    h.hooks.beforeWrite = undefined
    expect(await h.ask(actor, 'b')).toBe('b') // recovered: there never was an a
    expect(await unhandled()).toEqual([])
  })

  test('fails its own message if it fails in time', async () => {
    rejectWritesOf('a')
    const actor = h.spawnAppending(policy('resume'), async (message, ctx) => {
      void ctx.persist(message)
      await new Promise(setImmediate)
    })
    dispatch(actor, 'a')

    expect(await h.ask(actor, 'b')).toBe('b')
    expect(crashes).toEqual([['a', 'no a']])
  })

  test('costs no other message', async () => {
    const go = deferred()
    h.hooks.beforeWrite = async ({ events }) => {
      if (events[0]?.payload !== 'a') return
      await go.promise
      throw new WriteRejectedError('no a')
    }
    const actor = h.spawnAppending(policy('resume'), unawaited)
    dispatch(actor, 'a')
    await h.ask(actor)
    const answers = [h.ask(actor, 'b'), h.ask(actor, 'c')]
    go.resolve() // It fails before the next message gets its turn.

    expect(await Promise.all(answers)).toEqual(['b', 'bc'])
    expect(crashes).toEqual([[undefined, 'no a']])
  })

  test('refuses those behind it when its outcome is unknown', async () => {
    const unhandled = watchUnhandled()
    const go = deferred()
    h.hooks.beforeWrite = async () => {
      h.hooks.beforeWrite = undefined
      await go.promise
      throw new WriteUncertainError('lost')
    }
    const actor = h.spawnAppending(policy('reset'), unawaited)
    dispatch(actor, 'a')
    await h.ask(actor, 'b')
    await h.ask(actor, 'c')
    go.resolve()

    expect(await h.ask(actor, 'd')).toBe('d')
    await h.ask(actor)
    expect(await numbers()).toEqual([[1, 'd']])
    expect(await unhandled()).toEqual([])
  })
})

describe('a persist that fails when its actor has no next step', () => {
  test.each(['stopped', 'reset'] as const)('is logged (%s)', async (end) => {
    const unhandled = watchUnhandled()
    const go = deferred()
    h.hooks.beforeWrite = async () => {
      await go.promise
      throw new WriteRejectedError('no a')
    }
    const actor = h.spawnAppending(policy('reset'), (message, ctx) => {
      void ctx.persist(message)
      if (end === 'reset') throw new Error('reset me')
    })
    if (end === 'stopped') {
      await h.ask(actor, 'a')
      nact.stop(actor)
      await h.stopped
    } else {
      dispatch(actor, 'a')
      while (crashes.length === 0) await new Promise(setImmediate)
    }
    go.resolve()
    await new Promise(setImmediate)

    expect(h.logged.map(({ message }) => message)).toEqual(['no a'])
    expect(await unhandled()).toEqual([])
  })
})

describe('a persist after its message', () => {
  test('is known to the next message: the actor recovers first', async () => {
    const written = deferred()
    h.hooks.afterWrite = () => written.resolve()
    const late = deferred()
    const actor = h.spawnAppending({}, (_message, ctx) => {
      void late.promise.then(() => ctx.persist('late'))
    })
    await h.ask(actor, 'x')
    late.resolve()
    await written.promise

    expect(await h.ask(actor)).toBe('late')
  })

  test('that fails, awaited and caught, fails nothing else, however late its caller begins to look', async () => {
    const late = deferred()
    const caught: unknown[] = []
    const bad = () => {
      throw new Error('not to be encoded')
    }
    const actor = h.spawnAppending(
      { ...policy('stop'), encoder: bad, snapshotEncoder: bad },
      (_message, ctx, state) => {
        // What a callback returns is awaited a moment after it was rejected.
        for (const fails of [() => ctx.persist('x'), () => ctx.saveSnapshot(state)])
          void late.promise.then(fails).catch((error: Error) => caught.push(error.message))
      },
    )
    await h.ask(actor, 'a')
    late.resolve()
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)

    expect(caught).toEqual(Array(2).fill(expect.stringContaining('not to be encoded')))
    expect(await h.ask(actor)).toBe('')
    expect([crashes, h.logged]).toEqual([[], []])
  })

  test('is refused once the actor has been reset', async () => {
    const late = deferred<unknown>()
    const go = deferred()
    const actor = h.spawnAppending(policy('reset'), (message, ctx) => {
      if (message !== 'x') return ctx.persist(message)
      go.promise.then(() => ctx.persist('late')).then(late.resolve, late.resolve)
      throw new Error('reset me')
    })
    dispatch(actor, 'x')
    await h.ask(actor, 'a')
    go.resolve()

    expect(await late.promise).toMatchObject({ code: 'WRITE_REJECTED', message: expect.stringContaining('reset') })
    expect(await numbers()).toEqual([[1, 'a']])
  })
})

describe('an uncertain write', () => {
  test.each([
    ['beforeWrite', 'ac'],
    ['afterWrite', 'abc'],
  ] as const)('fails its message; the actor recovers and lives on (fault: %s)', async (when, state) => {
    loseWrite(when, 'b')
    const actor = h.spawnAppending()
    for (const message of ['a', 'b']) dispatch(actor, message)

    expect(await h.ask(actor, 'c')).toBe(state)
    expect(h.logged.map(({ message }) => message)).toEqual(['lost'])
  })

  test('fails its message also when the handler looks away', async () => {
    loseWrite('afterWrite', 'a')
    const actor = h.spawnAppending(policy('reset'), (message, ctx) => ctx.persist(message).catch(() => {}))
    await h.ask(actor, 'a')

    expect(await h.ask(actor, 'b')).toBe('ab')
    expect(crashes).toEqual([['a', 'lost']])
  })

  test('makes a resumed actor recover before its next message', async () => {
    loseWrite('afterWrite', 'b')
    const actor = h.spawnAppending(policy('resume'))
    for (const message of ['a', 'b']) dispatch(actor, message)

    expect(await h.ask(actor, 'c')).toBe('abc')
  })
})

describe('a fenced write', () => {
  test('fails its message; the actor recovers what the other wrote, and lives on', async () => {
    const actor = h.spawnAppending()
    await h.ask(actor, 'a')
    await h.write(2, 'i')
    dispatch(actor, 'b')

    expect(await h.ask(actor, 'c')).toBe('aic')
    expect(await numbers()).toEqual([
      [1, 'a'],
      [2, 'i'],
      [3, 'c'],
    ])
  })

  const intrudeBeforeEveryWrite = () => {
    let intrusions = 0
    h.hooks.beforeWrite = async ({ events }) => {
      intrusions += 1
      await h.write(events[0]?.sequenceNr ?? 0, 'i')
    }
    return () => intrusions
  }

  test('five times in a row stops the actor', async () => {
    const intrusions = intrudeBeforeEveryWrite()
    jest.spyOn(Math, 'random').mockReturnValue(0) // no back-off
    const actor = h.spawnAppending()
    for (const message of ['1', '2', '3', '4', '5', '6', '7']) dispatch(actor, message)

    await h.stopped

    expect(intrusions()).toBe(5)
    expect(h.logged.at(-1)).toMatchObject({ code: 'FENCED' })
  })

  test('does not count towards that after a successful one', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0)
    const actor = h.spawnAppending()
    for (const round of [1, 2, 3]) {
      intrudeBeforeEveryWrite()
      for (const message of ['1', '2', '3']) dispatch(actor, message)
      await h.ask(actor)
      h.hooks.beforeWrite = undefined

      expect(await h.ask(actor, 'ok')).toBe('iiiok'.repeat(round))
    }
  })
})

describe('recovery', () => {
  test('that fails under resume is tried again; it never starts from nothing, and no message is lost', async () => {
    await h.ask(h.spawnAppending(), 'a')
    let failures = 3
    h.hooks.beforeReplay = () => {
      failures -= 1
      if (failures >= 0) throw new RecoveryError('away')
    }
    const actor = h.spawnAppending(policy('resume'))
    const answers = [h.ask(actor, 'b'), h.ask(actor, 'c')]

    expect(await Promise.all(answers)).toEqual(['ab', 'abc'])
    expect(crashes).toEqual(Array(3).fill([undefined, 'away']))
    expect((await numbers()).map(([nr]) => nr)).toEqual([1, 2, 3])
  })

  test('that fails under reset is tried again, and no message is lost', async () => {
    await h.ask(h.spawnAppending(), 'a')
    let failures = 3
    h.hooks.beforeReplay = () => {
      failures -= 1
      if (failures >= 0) throw new RecoveryError('away')
    }
    const actor = h.spawnAppending(policy('reset'))
    const answers = [h.ask(actor, 'b'), h.ask(actor, 'c')]

    expect(await Promise.all(answers)).toEqual(['ab', 'abc'])
  })

  test('follows a reset at once, without a message', async () => {
    let replays = 0
    const second = deferred()
    h.hooks.beforeReplay = () => {
      replays += 1
      if (replays === 2) second.resolve()
    }
    const actor = h.spawnAppending(policy('reset'), () => {
      throw new Error('reset me')
    })
    dispatch(actor, 'a')

    await second.promise
  })

  test('that fails stops the actor by default', async () => {
    h.hooks.beforeLoad = () => {
      throw new RecoveryError('away')
    }
    h.spawnAppending()

    await h.stopped

    expect(h.logged).toEqual([expect.any(RecoveryError)])
  })

  test('hands an event that the actor function chokes on to onCrash, and does not run in a hot loop', async () => {
    await h.ask(h.spawnAppending(), 'a')
    jest.spyOn(Math, 'random').mockReturnValue(1) // the longest back-off
    let replays = 0
    h.hooks.beforeReplay = () => {
      replays += 1
    }
    const choking = spawnPersistent(
      h.newSystem(),
      (): string => {
        throw new Error('choked')
      },
      h.id,
      'choking',
      policy('reset'),
    )
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate)
    nact.stop(choking)

    expect(crashes[0]).toEqual(['a', 'choked'])
    expect(replays).toBeLessThanOrEqual(2)
  })

  test('is given up when the actor stops, and that is no crash', async () => {
    await h.ask(h.spawnAppending(), 'a')
    const replaying = deferred()
    const go = deferred()
    let delivered = 0
    h.hooks.beforeEvent = () => {
      replaying.resolve()
      return go.promise
    }
    const actor = spawnPersistent(
      h.newSystem(),
      () => {
        delivered += 1
        return ''
      },
      h.id,
      undefined,
      { ...policy('resume'), afterStop: () => go.resolve() },
    )
    await replaying.promise

    nact.stop(actor)
    await go.promise
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)

    expect(delivered).toBe(0)
    expect(crashes).toEqual([])
  })

  test('of an actor that has stopped sends nothing to another one of its name', async () => {
    const replaying = deferred()
    const go = deferred()
    h.hooks.beforeReplay = () => {
      replaying.resolve()
      return go.promise
    }
    const system = h.newSystem()
    const actor = spawnPersistent(system, (state: string) => state, h.id, 'name')
    dispatch(actor, 'a')
    await replaying.promise
    nact.stop(actor)
    const received: unknown[] = []
    nact.spawn(system, (_: unknown, message: unknown) => void received.push(message), 'name')
    await new Promise(setImmediate)
    go.resolve()
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate)

    expect(received).toEqual([])
  })

  test('does not count as idle time', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick', 'performance'] })
    try {
      const replaying = deferred()
      const go = deferred()
      h.hooks.beforeReplay = () => {
        replaying.resolve()
        return go.promise
      }
      let hasStopped = false
      const afterStop = () => {
        hasStopped = true
      }
      h.spawnAppending({ shutdownAfter: 100, afterStop })
      await replaying.promise
      jest.advanceTimersByTime(10_000)
      await new Promise(setImmediate)
      expect(hasStopped).toBe(false)

      go.resolve()
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
      jest.advanceTimersByTime(101)
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)

      expect(hasStopped).toBe(true)
    } finally {
      jest.useRealTimers()
    }
  })

  test('refuses to persist, save and delete, and fails if nobody looks at that', async () => {
    await h.ask(h.spawnAppending(), 'a')
    const refusals: unknown[] = []
    const stopped = deferred()
    const spawn = (act: (ctx: Ctx) => unknown) =>
      spawnPersistent(
        h.newSystem(),
        async (_: string | undefined, message: string, ctx) => {
          if (ctx.recovering) await act(ctx as Ctx)
          nact.dispatch(ctx.sender, 'alive')
          return message
        },
        h.id,
        undefined,
        { ...policy('stop'), afterStop: () => stopped.resolve() } as object,
      )
    const note = (error: Error) => void refusals.push(error.message)
    const alive = spawn(async (ctx) => {
      await ctx.persist('x').catch(note)
      await ctx.saveSnapshot('x').catch(note)
      await ctx.deleteEventsTo(1).catch(note)
      await ctx.deleteSnapshots().catch(note)
    })

    expect(await h.ask(alive)).toBe('alive')
    expect(refusals).toEqual(Array(4).fill(expect.stringMatching(/^orders-7: .* is refused.*recovering/)))
    spawn((ctx) => {
      void ctx.persist('x')
    })
    await stopped.promise
    expect(crashes).toEqual([['a', expect.stringContaining('persisting is refused')]])
    expect(await numbers()).toEqual([[1, 'a']])
  })

  test('does not starve the event loop', async () => {
    const events = Array.from({ length: 30_000 }, (_, index) => ({
      persistenceId: h.id,
      sequenceNr: index + 1,
      payload: 'x',
      manifest: '',
      writerUuid: 'w',
      timestamp: 0,
      tags: [],
    }))
    await h.journal.writeEvents({ persistenceId: h.id, events })
    let turns = 0
    const count = setInterval(() => {
      turns += 1
    }, 1)
    let turnsBefore = Number.NaN
    let turnsAfter = Number.NaN
    const actor = spawnPersistent(
      h.newSystem(),
      (total: number = 0, _: unknown, ctx) => {
        if (ctx.sequenceNr === 1) turnsBefore = turns
        if (ctx.recovering) turnsAfter = turns
        else nact.dispatch(ctx.sender, total)
        return total + 1
      },
      h.id,
    )

    expect(await nact.query(actor, () => 0, 30_000).finally(() => clearInterval(count))).toBe(30_000)
    expect(turnsAfter).toBeGreaterThan(turnsBefore)
  })
})

describe('shutdownAfter', () => {
  const turns = async () => {
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate)
  }
  const pass = async (ms: number) => {
    jest.advanceTimersByTime(ms)
    await turns()
  }
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick', 'performance'] })
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  test('starts over after each message', async () => {
    const actor = h.spawnAppending({ shutdownAfter: 100 })
    await turns()
    for (const message of ['a', 'b', 'c']) {
      await pass(99)
      dispatch(actor, message)
      await turns()
    }
    await pass(99)
    expect(isStopped(actor)).toBe(false)
    await pass(1)

    expect(isStopped(actor)).toBe(true)
    expect(await numbers()).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ])
  })

  test('does not run while a message is handled, and not while what it persisted is written', async () => {
    const handling = deferred()
    const writing = deferred()
    const actor = h.spawnAppending({ shutdownAfter: 100 }, async (message, ctx) => {
      await handling.promise
      void ctx.persist(message)
    })
    h.hooks.beforeWrite = () => writing.promise
    dispatch(actor, 'a')
    await turns()
    await pass(1_000)
    handling.resolve()
    await turns()
    await pass(1_000)
    expect(isStopped(actor)).toBe(false)
    writing.resolve()
    await turns()
    await pass(99)
    expect(isStopped(actor)).toBe(false)
    await pass(1)

    expect(isStopped(actor)).toBe(true)
  })

  test('does not fire in the recovery that follows a reset in the middle of a message', async () => {
    const entered = deferred()
    const go = deferred()
    const replaying = deferred()
    let child: nact.Ref<string> | undefined
    const parent = nact.spawn(
      h.newSystem(),
      (_: unknown, message: string, ctx) => {
        if (message !== 'spawn') throw new Error('reset my child')
        child = h.spawnAppending(
          { shutdownAfter: 100 },
          async (text, childCtx) => {
            if (text !== 'slow') return childCtx.persist(text)
            entered.resolve()
            await go.promise
          },
          ctx.self,
        )
      },
      'parent',
      { onCrash: (_, __, ctx) => ctx.resetAllChildren },
    )
    dispatch(parent, 'spawn')
    await turns()
    const actor = child as nact.Ref<string>
    dispatch(actor, 'slow')
    await entered.promise
    h.hooks.beforeReplay = () => replaying.promise
    dispatch(parent, 'crash')
    await pass(1_000)
    go.resolve()
    await turns()
    await pass(1_000)
    expect(isStopped(actor)).toBe(false)
    replaying.resolve()
    await turns()
    dispatch(actor, 'a')
    await turns()
    expect(await numbers()).toEqual([[1, 'a']])
    await pass(100)

    expect(isStopped(actor)).toBe(true)
  })

  test.each(['resume', 'stop'] as const)('goes on after a message that failed under %s', async (decision) => {
    const deciding = deferred()
    const actor = h.spawnAppending(
      {
        shutdownAfter: 100,
        onCrash: async (_, __, ctx) => {
          await deciding.promise
          return ctx[decision]
        },
      },
      () => {
        throw new Error('no')
      },
    )
    dispatch(actor, 'a')
    await turns()
    await pass(1_000)
    expect(isStopped(actor)).toBe(false)
    deciding.resolve()
    await turns()
    expect(isStopped(actor)).toBe(decision === 'stop')
    await pass(100)

    expect(isStopped(actor)).toBe(true)
  })

  test('does not stop an actor that has just been sent a message', async () => {
    const actor = h.spawnAppending({ shutdownAfter: 100 })
    await turns()
    jest.advanceTimersByTime(99)
    setTimeout(() => dispatch(actor, 'a'), 1) // Set later, so it fires right after the timer of the actor.
    dispatch(actor, 'b')
    jest.advanceTimersByTime(1)
    await turns()

    expect(isStopped(actor)).toBe(false)
    expect(await numbers()).toEqual([
      [1, 'b'],
      [2, 'a'],
    ])
  })

  test('longer than timers reach does not mean at once', async () => {
    const actor = h.spawnAppending({ shutdownAfter: 30 * 24 * 3_600_000 })
    await turns()
    await pass(24 * 3_600_000)

    expect(isStopped(actor)).toBe(false)
  })
})

describe('an orphan, whose parent nact stopped without it,', () => {
  /** A parent whose child is a persistent actor of id `h.id`, and the child. */
  const family = async (system: nact.Ref<unknown>, spawnChild: (parent: nact.Ref<unknown>) => nact.Ref<unknown>) => {
    const born = deferred<nact.Ref<unknown>>()
    const bear = (_: unknown, __: unknown, ctx: nact.ActorContext<unknown, nact.Ref<unknown>>) =>
      born.resolve(spawnChild(ctx.self))
    const parent = nact.spawn(system, bear, 'parent') as nact.Ref<unknown>
    dispatch(parent, 'spawn')
    return { parent, child: await born.promise }
  }

  test('takes no step that another actor with both names would get; what waits for it ends without a word', async () => {
    await h.ask(h.spawnAppending(), 'a')
    const replaying = deferred()
    const go = deferred()
    h.hooks.beforeEvent = () => {
      replaying.resolve()
      return go.promise
    }
    const choke = (_: string, __: string): string => {
      throw new Error('choked')
    }
    const system = h.newSystem()
    const first = await family(system, (parent) => spawnPersistent(parent, choke, h.id, 'child', policy('reset')))
    await replaying.promise
    for (const message of ['b', 'c']) dispatch(first.child, message)
    nact.stop(first.parent)
    const received: unknown[] = []
    const receive = (_: unknown, message: unknown) => void received.push(message)
    const second = await family(system, (parent) => nact.spawn(parent, receive, 'child'))
    go.resolve()
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate)
    dispatch(second.child, 'hello')
    await new Promise(setImmediate)

    expect(received).toEqual(['hello'])
    expect(crashes).toEqual([['a', 'choked']])
    expect([warnings, h.logged]).toEqual([[], []])
  })
})

describe('supervision', () => {
  test('never sees internal messages in the mailbox, and sees those that wait', async () => {
    h.hooks.beforeReplay = () => {
      throw new RecoveryError('away')
    }
    const mailboxes: unknown[] = []
    const actor = h.spawnAppending({
      onCrash: (_, __, ctx) => {
        mailboxes.push(ctx.mailbox.map((entry) => (entry as unknown as { message: string }).message))
        return mailboxes.length < 3 ? ctx.reset : ctx.stop
      },
    })
    dispatch(actor, 'a')
    dispatch(actor, 'b')
    await h.stopped

    for (const mailbox of mailboxes) expect(mailbox).toEqual(['a', 'b'])
  })

  test('afterStop gets the state, once', async () => {
    const states: unknown[] = []
    const done = deferred()
    const actor = h.spawnAppending(
      {
        onCrash: (_, __, ctx) => {
          done.resolve()
          return ctx.stop
        },
        afterStop: (state) => void states.push(state),
      },
      async (message, ctx) => {
        await ctx.persist(message)
        if (message !== 'b') return
        nact.stop(ctx.self)
        throw new Error('after the end')
      },
    )
    dispatch(actor, 'a')
    dispatch(actor, 'b')
    await done.promise
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)

    expect(states).toEqual(['a'])
  })

  test('a reset in the middle of a message drops its outcome, and messages do not overlap afterwards', async () => {
    const entered = deferred()
    const go = deferred()
    let inside = 0
    let most = 0
    let child: nact.Ref<string> | undefined
    const parent = nact.spawn(
      h.newSystem(),
      (_: unknown, message: string, ctx) => {
        if (message === 'spawn') {
          child = h.spawnAppending(
            {},
            async (text, childCtx) => {
              if (text === 'slow') {
                entered.resolve()
                await go.promise
                return
              }
              inside += 1
              most = Math.max(most, inside)
              await childCtx.persist(text)
              await new Promise(setImmediate)
              inside -= 1
            },
            ctx.self,
          )
        } else throw new Error('reset my child')
      },
      'parent',
      { onCrash: (_, __, ctx) => ctx.resetAllChildren },
    )
    dispatch(parent, 'spawn')
    await new Promise(setImmediate)
    const actor = child as nact.Ref<string>
    dispatch(actor, 'slow')
    await entered.promise
    dispatch(parent, 'crash')
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)

    const answers = ['a', 'b', 'c', 'd'].map((text) => h.ask(actor, text))
    go.resolve()

    expect(await Promise.all(answers)).toEqual(['a', 'ab', 'abc', 'abcd'])
    expect(most).toBe(1)
  })
})
