import {
  type AtomicWrite,
  type Journal,
  type PersistenceEngine,
  persistenceEngine,
  persistenceEngines,
  WriteRejectedError,
  WriteUncertainError,
} from '@dynact/persistence'
import { inMemoryJournal, inMemorySnapshotStore } from '@dynact/testkit'
import { deferred } from '../../../tools/test-support/deferred.js'
import { hookedJournal, hookedSnapshotStore, type JournalHooks } from '../../../tools/test-support/hooked-stores.js'

const key = 'orders-7'
let hooks: JournalHooks
let journal: Journal
let engine: PersistenceEngine
let writes: AtomicWrite[]

const event = (
  sequenceNumber: number,
  { data = `e${sequenceNumber}`, tags = [] as string[], createdAt = 1_000 } = {},
) => ({
  key,
  sequenceNumber,
  data,
  tags,
  createdAt,
  isDeleted: false,
})

const recover = async (from = engine) => {
  await from.latestSnapshot(key)
  return from.events(key, 0).reduce((last, { sequenceNumber }) => Math.max(last, sequenceNumber), 0)
}
const numbers = async (...range: [offset?: number, limit?: number, tags?: string[]]) =>
  (await engine.events(key, ...range)).map(({ sequenceNumber }) => sequenceNumber)

beforeEach(() => {
  hooks = {}
  writes = []
  journal = inMemoryJournal()
  const recording = hookedJournal(journal, hooks)
  engine = persistenceEngine({
    journal: {
      ...recording,
      writeEvents: (write) => {
        writes.push(write)
        return recording.writeEvents(write)
      },
    },
    snapshotStore: inMemorySnapshotStore(),
  })
})

describe('persist', () => {
  test('stores what nact gives, and events() gives it back', async () => {
    await engine.persist({ ...event(1, { tags: ['red'] }), data: { amount: 5 } })

    expect(await engine.events(key)).toEqual([
      { key, sequenceNumber: 1, data: { amount: 5 }, tags: ['red'], createdAt: 1_000, isDeleted: false },
    ])
  })

  test('sends what queues up as one atomic write, of contiguous numbers', async () => {
    await Promise.all([1, 2, 3, 7, 8].map((nr) => engine.persist(event(nr))))

    expect(writes.map(({ events }) => events.map(({ sequenceNr }) => sequenceNr))).toEqual([
      [1, 2, 3],
      [7, 8],
    ])
  })

  test('keys do not wait for each other', async () => {
    const go = deferred()
    hooks.beforeWrite = ({ persistenceId }) => (persistenceId === key ? go.promise : undefined)
    const slow = engine.persist(event(1))

    await engine.persist({ ...event(1), key: 'another' })

    go.resolve()
    await slow
  })

  test('stamps events with times that rise even where the clock does not', async () => {
    await engine.persist(event(1, { createdAt: 5_000 }))
    await engine.persist(event(2, { createdAt: 4_000 }))

    expect(writes.flatMap(({ events }) => events.map(({ timestamp }) => timestamp))).toEqual([5_000, 5_000.001])
  })

  test('refuses a blank key', async () => {
    await expect(engine.persist({ ...event(1), key: ' ' })).rejects.toMatchObject({ code: 'PERSISTENCE' })
  })

  test('after an uncertain write refuses every later one of the key until it has recovered', async () => {
    hooks.beforeWrite = () => {
      hooks.beforeWrite = undefined
      throw new WriteUncertainError('lost', { persistenceId: key })
    }
    const first = engine.persist(event(1))
    await expect(first).rejects.toMatchObject({ code: 'WRITE_UNCERTAIN' })

    await expect(engine.persist(event(2))).rejects.toMatchObject({
      code: 'WRITE_REJECTED',
      cause: { code: 'WRITE_UNCERTAIN' },
      message: expect.stringContaining('must recover'),
    })
    await expect(engine.persist({ ...event(1), key: 'another' })).resolves.toBeUndefined()
    await engine.events(key) // a query, not a recovery
    await expect(engine.persist(event(2))).rejects.toMatchObject({ code: 'WRITE_REJECTED' })
    await recover()
    await expect(engine.persist(event(1))).resolves.toBeUndefined()
  })

  test('a recovery that fails does not lift the block', async () => {
    hooks.beforeWrite = () => {
      hooks.beforeWrite = undefined
      throw new WriteUncertainError('lost', { persistenceId: key })
    }
    await engine.persist(event(1)).catch(() => {})
    hooks.beforeReplay = () => {
      hooks.beforeReplay = undefined
      throw new Error('away')
    }
    await expect(recover()).rejects.toThrow('away')

    await expect(engine.persist(event(1))).rejects.toMatchObject({ code: 'WRITE_REJECTED' })
  })

  test('a recovery that nact gives up does not lift the block', async () => {
    await engine.persist(event(1))
    await expect(engine.persist(event(1, { data: 'other' }))).rejects.toMatchObject({ code: 'FENCED' })
    await engine.latestSnapshot(key)
    await engine.events(key).reduce<number | undefined>(() => undefined, 0)

    await expect(engine.persist(event(2))).rejects.toMatchObject({ code: 'WRITE_REJECTED' })
  })

  test('writes under a new name after every recovery, and under one between them', async () => {
    await engine.persist(event(1))
    await engine.persist(event(2))
    await recover()
    await engine.persist(event(3))

    const [first, second, third] = writes.map(({ events }) => events[0]?.writerUuid)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })

  test('gives what is persisted during a recovery another name than what follows it', async () => {
    const go = deferred()
    hooks.beforeReplay = () => go.promise
    const recovery = recover()
    await engine.persist(event(1)) // a straggler of the incarnation before
    go.resolve()
    await recovery
    await engine.persist(event(2))

    const [straggler, next] = writes.map(({ events }) => events[0]?.writerUuid)
    expect(next).not.toBe(straggler)
  })

  test('an actor that goes on after a failed recovery is fenced, even if it repeats itself', async () => {
    await recover()
    await engine.persist(event(1, { data: 'same' }))
    hooks.beforeReplay = () => {
      throw new Error('away')
    }
    await recover().catch(() => {})

    await expect(engine.persist(event(1, { data: 'same' }))).rejects.toMatchObject({ code: 'FENCED' })
  })

  test('stamps later than what a recovery has replayed', async () => {
    const future = Date.now() + 60_000
    await engine.persist(event(1, { createdAt: future }))
    const other = persistenceEngine({ journal })
    await recover(other)

    await other.persist(event(2))

    const timestamps: number[] = []
    for await (const { timestamp } of journal.replayEvents(key)) timestamps.push(timestamp)
    expect(timestamps).toEqual([future, future + 0.001])
  })
})

describe('events', () => {
  beforeEach(async () => {
    await engine.persist(event(1, { tags: ['red'] }))
    await engine.persist(event(2, { tags: ['blue', 'red'] }))
    await engine.persist(event(3, { tags: ['blue'] }))
    await engine.persist(event(4, { tags: ['blue', 'red'] }))
  })

  test('starts behind the offset', async () => {
    expect(await numbers(0)).toEqual([1, 2, 3, 4])
    expect(await numbers(2)).toEqual([3, 4])
    expect(await numbers(4)).toEqual([])
  })

  test('gives the events that have all the tags', async () => {
    expect(await numbers(0, undefined, ['red'])).toEqual([1, 2, 4])
    expect(await numbers(0, undefined, ['red', 'blue'])).toEqual([2, 4])
    expect(await numbers(0, undefined, ['green'])).toEqual([])
  })

  test('counts the limit after the tags, and cuts atomic writes', async () => {
    await Promise.all([5, 6, 7].map((nr) => engine.persist(event(nr))))

    expect(await numbers(0, 1, ['blue'])).toEqual([2])
    expect(await numbers(1, 2)).toEqual([2, 3])
    expect(await numbers(4, 2)).toEqual([5, 6])
    expect(await numbers(0, 0)).toEqual([])
  })

  test('ends with a deleted event where numbers beyond the last event are in use', async () => {
    await journal.deleteEventsTo(key, 4)

    expect(await engine.events(key)).toEqual([
      { key, sequenceNumber: 4, data: undefined, tags: [], createdAt: 0, isDeleted: true },
    ])
    expect(await numbers(3)).toEqual([4])
    expect(await numbers(4)).toEqual([])
    expect(await numbers(0, 10)).toEqual([])
    expect(await numbers(0, undefined, ['red'])).toEqual([])
  })

  test('waits for the persists that were called before', async () => {
    const writing = deferred()
    const go = [deferred(), deferred()]
    hooks.beforeWrite = ({ events }) => {
      writing.resolve()
      return go[events[0]?.sequenceNr === 5 ? 0 : 1]?.promise
    }
    const persisted = engine.persist(event(5))
    const read = numbers(4)
    await writing.promise
    const later = engine.persist(event(6))
    go[0]?.resolve()

    expect(await read).toEqual([5])
    go[1]?.resolve()
    await Promise.all([persisted, later])
  })

  test('does not wait where the persist fails', async () => {
    hooks.beforeWrite = () => {
      throw new WriteRejectedError('no', { persistenceId: key })
    }
    const persisted = engine.persist(event(5))

    expect(await numbers(3)).toEqual([4])
    await expect(persisted).rejects.toThrow('no')
  })

  test.each([[-1], [Number.NaN], ['3' as unknown as number], [null as unknown as number]])(
    'refuses the offset %p',
    (offset) => {
      expect(() => engine.events(key, offset)).toThrow('offset')
      expect(() => engine.events(key, 0, offset)).toThrow('limit')
    },
  )

  test('lets the event loop turn in a long replay', async () => {
    await Promise.all(Array.from({ length: 20_000 }, (_, index) => engine.persist(event(index + 5))))
    let turns = 0
    const count = setInterval(() => {
      turns += 1
    }, 1)

    let turnsBefore = Number.NaN
    let turnsAfter = Number.NaN
    await engine
      .events(key)
      .reduce((total, _, index) => {
        turnsAfter = turns
        if (index === 0) turnsBefore = turns
        return total + 1
      }, 0)
      .finally(() => clearInterval(count))

    expect(turnsAfter).toBeGreaterThan(turnsBefore)
  })
})

describe('snapshots', () => {
  const snapshot = (sequenceNumber: number) => ({ key, sequenceNumber, data: `s${sequenceNumber}`, createdAt: 1_000 })

  test('come back, the one with the highest number', async () => {
    await engine.takeSnapshot(snapshot(7))
    await engine.takeSnapshot(snapshot(3))

    expect(await engine.latestSnapshot(key)).toEqual(snapshot(7))
    expect(await engine.latestSnapshot('another')).toBeUndefined()
  })

  test('are not needed', async () => {
    const without = persistenceEngine({ journal })

    await expect(without.takeSnapshot(snapshot(1))).resolves.toBeUndefined()
    expect(await without.latestSnapshot(key)).toBeUndefined()
  })

  test('wait for the persists that they cover', async () => {
    const go = deferred()
    hooks.beforeWrite = () => go.promise
    const persisted = engine.persist(event(1))
    const taken = engine.takeSnapshot(snapshot(1))
    expect(await engine.snapshotStore?.loadSnapshot(key)).toBeUndefined()

    go.resolve()
    await persisted
    await taken

    expect((await engine.snapshotStore?.loadSnapshot(key))?.snapshot).toBe('s1')
  })

  test('are not stored for events that may be missing', async () => {
    hooks.beforeWrite = () => {
      throw new WriteUncertainError('lost', { persistenceId: key })
    }
    const persisted = engine.persist(event(1))
    const taken = engine.takeSnapshot(snapshot(1))

    await expect(persisted).rejects.toThrow('lost')
    await expect(taken).rejects.toMatchObject({ code: 'WRITE_REJECTED', cause: { code: 'WRITE_UNCERTAIN' } })
    expect(await engine.snapshotStore?.loadSnapshot(key)).toBeUndefined()
  })

  test('are never stamped earlier than the one that was recovered', async () => {
    await engine.takeSnapshot({ ...snapshot(1), createdAt: 9_000 })
    const other = persistenceEngine({ journal, snapshotStore: engine.snapshotStore })
    await other.latestSnapshot(key)

    await other.takeSnapshot(snapshot(2))

    expect((await other.latestSnapshot(key))?.createdAt).toBe(9_000)
  })
})

describe('settled', () => {
  const isSettled = async (settled: Promise<void>) => {
    let is = false
    void settled.then(() => {
      is = true
    })
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
    return is
  }

  test('waits for the persists of nact, whatever becomes of them, from the moment they are called', async () => {
    await engine.settled()
    const go = deferred()
    hooks.beforeWrite = () => go.promise
    const persisted = engine.persist(event(1))
    const settled = engine.settled()

    expect(await isSettled(settled)).toBe(false)
    go.reject(new WriteRejectedError('no'))
    await expect(persisted).rejects.toThrow('no')
    await settled
  })

  test('waits for the snapshots of nact, whatever becomes of them', async () => {
    const go = deferred()
    const snapshotStore = hookedSnapshotStore(inMemorySnapshotStore(), { beforeSave: () => go.promise })
    const own = persistenceEngine({ journal, snapshotStore })
    const taken = own.takeSnapshot({ key, sequenceNumber: 1, data: 's', createdAt: 1 })
    const settled = own.settled()

    expect(await isSettled(settled)).toBe(false)
    go.reject(new Error('no'))
    await expect(taken).rejects.toThrow('no')
    await settled
  })

  test('of several engines waits for each of them', async () => {
    const engines = persistenceEngines({ default: engine, audit: persistenceEngine({ journal }) })
    const ends = [engines.beginWork(), engines.named('audit').beginWork()]
    const settled = engines.settled()
    ends[0]?.()
    expect(await isSettled(settled)).toBe(false)
    ends[1]?.()

    await settled
  })
})

describe('configuration', () => {
  test.each([
    [undefined],
    [{}],
    [{ journal: {} }],
    [{ journal: inMemorySnapshotStore() }],
    [{ journal: inMemoryJournal(), snapshotStore: inMemoryJournal() }],
    [{ journal: inMemoryJournal(), snapshotstore: inMemorySnapshotStore() }],
  ])('persistenceEngine refuses %p', (parts) => {
    expect(() => persistenceEngine(parts as { journal: Journal })).toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        message: expect.stringMatching(/^persistenceEngine: .*(journal|snapshot|object)/is),
      }),
    )
  })

  test('persistenceEngines behaves as its default and finds the others', async () => {
    const audit = persistenceEngine({ journal: inMemoryJournal() })
    const engines = persistenceEngines({ default: engine, audit })
    await engines.persist(event(1))
    await engines.takeSnapshot({ key, sequenceNumber: 1, data: 's', createdAt: 1 })

    expect(await engine.events(key)).toEqual(await engines.events(key))
    expect((await engines.latestSnapshot(key))?.data).toBe('s')
    expect(engines.journal).toBe(engine.journal)
    expect(engines.snapshotStore).toBe(engine.snapshotStore)
    expect(engines.named('audit')).toBe(audit)
    expect(engines.named('default')).toBe(engine)
    expect(engines.names).toEqual(['default', 'audit'])
  })

  test('an unknown name is answered with the known ones', () => {
    const engines = persistenceEngines({ default: engine, audit: engine })

    expect(() => engines.named('audits')).toThrow(/"audits".* default, audit/)
    expect(() => engine.named('audit')).toThrow(expect.objectContaining({ code: 'CONFIG' }))
    expect(engine.named('default')).toBe(engine)
  })

  test('persistenceEngines names every mistake', () => {
    const wrong = { audit: inMemoryJournal(), sales: engine } as unknown as { default: PersistenceEngine }

    expect(() => persistenceEngines(wrong)).toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        message: expect.stringMatching(/named default.*audit is not an engine/),
      }),
    )
    expect(() => persistenceEngines(undefined as unknown as { default: PersistenceEngine })).toThrow('named default')
  })

  test.each([0, -1, 1.5, Number.POSITIVE_INFINITY, '5'])('maxConcurrentRecoveries cannot be %p', (limit) => {
    expect(() => persistenceEngine({ journal, maxConcurrentRecoveries: limit as number })).toThrow(
      expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining('maxConcurrentRecoveries') }),
    )
  })

  test('recoveries of named engines wait for their own engine only', async () => {
    const one = persistenceEngine({ journal, maxConcurrentRecoveries: 1 })
    const engines = persistenceEngines({ default: one, audit: persistenceEngine({ journal }) })
    const release = await engines.beginRecovery()
    const signal = AbortSignal.abort(new Error('has to wait'))

    await expect(engines.named('audit').beginRecovery()).resolves.toBeInstanceOf(Function)
    let isIn = false
    const next = one.beginRecovery().then(() => {
      isIn = true
    })
    await new Promise(setImmediate)
    expect(isIn).toBe(false)
    release()
    await next
    await expect(one.beginRecovery({ signal })).rejects.toThrow('has to wait')
  })
})
