import { ConfigError } from '@dynact/persistence'
import {
  type EventEnvelope,
  inMemoryOffsetStore,
  type Offset,
  type Projection,
  type ProjectionMetrics,
  projection,
  slicedProjection,
  sliceRanges,
} from '@dynact/query-dynamodb'
import { jest } from '@jest/globals'
import { until } from '../../../tools/test-support/actor-harness.js'
import { deferred } from '../../../tools/test-support/deferred.js'
import { envelope, envelopes, FakeTime, listSource, noPauses, statusLog } from './projection-fixture.js'

const running: Projection[] = []
/** Stopped after the test. */
const run: typeof projection = (options) => {
  const started = projection(options)
  running.push(started)
  return started
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()))
})

describe('at least once', () => {
  test('handles every event in order, stores the offset, and ends with its source', async () => {
    const offsetStore = inMemoryOffsetStore()
    const handled: number[] = []

    await run({
      name: 'p',
      offsetStore,
      source: listSource(envelopes(250)),
      handler: ({ event }) => handled.push(event),
    }).done

    expect(handled).toEqual(envelopes(250).map(({ event }) => event))
    expect(await offsetStore.read('p')).toEqual({ sequenceNr: 250 })
  })

  test('stores the offset every so many events, after their handler, and begins behind it', async () => {
    const offsetStore = inMemoryOffsetStore()
    const stored: Offset[] = []
    const options = { name: 'p', offsetStore, source: listSource(envelopes(7)), saveOffset: { events: 3, ms: 100_000 } }
    const status = statusLog()
    await run({
      ...options,
      onStatus: status.onStatus,
      restart: { maxRestarts: 0 },
      handler: async ({ event }) => {
        stored.push(await offsetStore.read('p'))
        if (event === 7) throw new Error('no')
      },
    }).done.catch(() => undefined)

    expect(stored).toEqual([{}, {}, {}, { sequenceNr: 3 }, { sequenceNr: 3 }, { sequenceNr: 3 }, { sequenceNr: 6 }])
    const handled: number[] = []
    await run({ ...options, handler: ({ event }) => handled.push(event) }).done
    expect(handled).toEqual([7])
  })

  test('stores the offset after so many milliseconds, though no event comes', async () => {
    const offsetStore = inMemoryOffsetStore()
    const time = new FakeTime()
    let handled = 0
    run({
      name: 'p',
      offsetStore,
      timing: time,
      source: listSource(envelopes(2), { live: true }),
      saveOffset: { ms: 50 },
      handler: () => {
        handled += 1
      },
    })
    await until(() => handled === 2 && time.waiting.includes(50))
    expect(await offsetStore.read('p')).toEqual({})
    time.pass(50)

    await until(async () => (await offsetStore.read('p')).sequenceNr === 2)
  })
})

describe('groups', () => {
  test('have as many events as they may', async () => {
    const groups: number[][] = []
    await run({
      name: 'p',
      offsetStore: inMemoryOffsetStore(),
      source: listSource(envelopes(7)),
      group: { size: 3 },
      handler: (group) => groups.push(group.map(({ event }) => event)),
    }).done

    expect(groups).toEqual([[1, 2, 3], [4, 5, 6], [7]])
  })

  test('are handled as they are when their time is over', async () => {
    const time = new FakeTime()
    const groups: number[][] = []
    run({
      name: 'p',
      offsetStore: inMemoryOffsetStore(),
      timing: time,
      source: listSource(envelopes(2), { live: true }),
      group: { size: 3, withinMs: 20 },
      handler: (group) => groups.push(group.map(({ event }) => event)),
    })
    await until(() => time.waiting.includes(20))
    expect(groups).toEqual([])
    time.pass(20)

    await until(() => groups.length > 0)
    expect(groups).toEqual([[1, 2]])
  })
})

describe('a handler that fails', () => {
  const failingAt = (place: number, times = Number.POSITIVE_INFINITY) => {
    const calls: number[] = []
    let left = times
    return {
      calls,
      handler: ({ event }: EventEnvelope<number>) => {
        calls.push(event)
        if (event === place && left-- > 0) throw new Error(`not ${place}`)
      },
    }
  }
  const common = () => ({
    name: 'p',
    offsetStore: inMemoryOffsetStore(),
    source: listSource(envelopes(4)),
    timing: noPauses,
  })

  test('fail: begins again at the event that failed, after pauses that grow', async () => {
    const { calls, handler } = failingAt(3, 4)
    const status = statusLog()
    await run({ ...common(), handler, onStatus: status.onStatus, restart: { minBackoffMs: 10, maxBackoffMs: 30 } }).done

    expect(calls).toEqual([1, 2, 3, 3, 3, 3, 3, 4])
    const pauses = status.log.flatMap((one) => (one.type === 'restarting' ? [one.inMs] : []))
    expect(pauses).toEqual([10, 20, 30, 30])
  })

  test('fail: is given up after maxRestarts, and done says by what', async () => {
    const { calls, handler } = failingAt(3)
    const status = statusLog()
    const { done } = run({ ...common(), handler, onStatus: status.onStatus, restart: { maxRestarts: 2 } })

    await expect(done).rejects.toMatchObject({ code: 'PROJECTION', message: expect.stringContaining('not 3') })
    // The first failure came after progress and counts as one in a row.
    expect(calls).toEqual([1, 2, 3, 3, 3])
    expect(status.types().at(-1)).toBe('failed')
  })

  test('skip: goes on behind it, and says so', async () => {
    const { calls, handler } = failingAt(3)
    const status = statusLog()
    const options = common()
    await run({ ...options, handler, onFailure: 'skip', onStatus: status.onStatus }).done

    expect(calls).toEqual([1, 2, 3, 4])
    expect(status.log).toContainEqual(expect.objectContaining({ type: 'skipped', error: new Error('not 3') }))
    expect(await options.offsetStore.read('p')).toEqual({ sequenceNr: 4 })
  })

  test('skip: of a group only the one that fails is left out', async () => {
    const handled: number[] = []
    await run({
      ...common(),
      onFailure: 'skip',
      onStatus: () => undefined,
      group: { size: 4 },
      handler: (group) => {
        if (group.some(({ event }) => event === 3)) throw new Error('not 3')
        handled.push(...group.map(({ event }) => event))
      },
    }).done

    expect(handled).toEqual([1, 2, 4])
  })

  test('retry: is called again so often, then skipped', async () => {
    const { calls, handler } = failingAt(3)
    await run({ ...common(), handler, onFailure: { retry: 2, orElse: 'skip' }, onStatus: () => undefined }).done

    expect(calls).toEqual([1, 2, 3, 3, 3, 4])
  })

  test('retry: goes on when it succeeds', async () => {
    const { calls, handler } = failingAt(3, 2)
    const status = statusLog()
    await run({ ...common(), handler, onFailure: { retry: 2 }, onStatus: status.onStatus }).done

    expect(calls).toEqual([1, 2, 3, 3, 3, 4])
    expect(status.types()).toEqual(['started', 'retrying', 'retrying', 'completed'])
  })
})

test('a source that fails is begun again behind what was handled', async () => {
  const handled: number[] = []
  const offsets: Offset[] = []
  await run({
    name: 'p',
    offsetStore: inMemoryOffsetStore(),
    timing: noPauses,
    onStatus: () => undefined,
    source: async function* (offset: Offset) {
      offsets.push(offset)
      yield* envelopes(5).slice(offset.sequenceNr ?? 0, (offset.sequenceNr ?? 0) + 2)
      if (offset.sequenceNr !== 4) throw new Error('broken off')
    },
    handler: ({ event }) => handled.push(event),
  }).done

  expect(handled).toEqual([1, 2, 3, 4, 5])
  expect(offsets).toEqual([{}, { sequenceNr: 2 }, { sequenceNr: 4 }])
})

describe('life', () => {
  test('stop finishes what is under way and stores the offset', async () => {
    const offsetStore = inMemoryOffsetStore()
    const begun = deferred()
    const go = deferred()
    const running = run({
      name: 'p',
      offsetStore,
      source: listSource(envelopes(9), { live: true }),
      handler: async () => {
        begun.resolve()
        await go.promise
      },
    })
    await begun.promise
    const stopped = running.stop()
    go.resolve()
    await stopped

    expect(await offsetStore.read('p')).toEqual({ sequenceNr: 1 })
    await running.done
  })

  test('stop does not wait for a source that pays no heed to its signal', async () => {
    let handled = 0
    const running = run({
      name: 'p',
      offsetStore: inMemoryOffsetStore(),
      timing: noPauses,
      source: async function* () {
        yield envelope(1)
        await new Promise(() => undefined)
      },
      handler: () => {
        handled += 1
      },
    })
    await until(() => handled === 1)

    await running.stop()
  })

  test('pause waits for what is under way, stores the offset and pulls no more; resume goes on', async () => {
    const offsetStore = inMemoryOffsetStore()
    const handled: number[] = []
    const status = statusLog()
    const running = run({
      name: 'p',
      offsetStore,
      source: listSource(envelopes(5)),
      onStatus: status.onStatus,
      handler: ({ event }) => {
        handled.push(event)
        if (event === 2) paused = running.pause()
      },
    })
    let paused: Promise<void> | undefined
    await until(() => paused !== undefined)
    await paused

    expect(handled).toEqual([1, 2])
    expect(await offsetStore.read('p')).toEqual({ sequenceNr: 2 })
    expect(running.metrics.state).toBe('paused')
    running.resume()
    await running.done
    expect(handled).toEqual([1, 2, 3, 4, 5])
    expect(status.types()).toEqual(['started', 'paused', 'resumed', 'completed'])
  })

  test('rebuild begins at the beginning', async () => {
    const handled: number[] = []
    const running = run({
      name: 'p',
      offsetStore: inMemoryOffsetStore(),
      source: listSource(envelopes(3), { live: true }),
      handler: ({ event }) => handled.push(event),
    })
    await until(() => handled.length === 3)
    await running.rebuild()

    await until(() => handled.length === 6)
    expect(handled).toEqual([1, 2, 3, 1, 2, 3])
  })

  test('rebuild of one that has ended resets the stored offset', async () => {
    const offsetStore = inMemoryOffsetStore()
    const running = run({ name: 'p', offsetStore, source: listSource(envelopes(3)), handler: () => undefined })
    await running.done
    await running.rebuild({ sequenceNr: 1 })

    expect(await offsetStore.read('p')).toEqual({ sequenceNr: 1 })
  })

  test('a signal ends it at once, and done rejects with its reason', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    const seen = deferred<AbortSignal>()
    const { done } = run({
      name: 'p',
      offsetStore: inMemoryOffsetStore(),
      source: listSource(envelopes(3)),
      signal: abort.signal,
      onStatus: () => undefined,
      handler: async (_, { signal }) => {
        seen.resolve(signal)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      },
    })
    await seen.promise
    abort.abort(reason)

    await expect(done).rejects.toBe(reason)
  })

  test('one that another instance has taken over ends with an error', async () => {
    const offsetStore = inMemoryOffsetStore()
    const begun = deferred()
    const go = deferred()
    const first = run({
      name: 'p',
      offsetStore,
      source: listSource(envelopes(3)),
      onStatus: () => undefined,
      handler: () => {
        begun.resolve()
        return go.promise
      },
    })
    await begun.promise
    const second = run({ name: 'p', offsetStore, source: listSource(envelopes(3)), handler: () => undefined })
    await second.done
    go.resolve()

    await expect(first.done).rejects.toMatchObject({ code: 'FENCED', projection: 'p' })
    expect(await offsetStore.read('p')).toEqual({ sequenceNr: 3 })
  })

  test('a handler that stops its own projection does not wait for itself', async () => {
    const running: Projection = run({
      name: 'p',
      offsetStore: inMemoryOffsetStore(),
      source: listSource(envelopes(3), { live: true }),
      handler: () => {
        running.stop().catch(() => undefined)
      },
    })

    await running.done
  })
})

test('the metrics tell events, rate and lag', async () => {
  const time = new FakeTime()
  const metrics: ProjectionMetrics[] = []
  const at = (place: number) => ({ ...envelope(place), timestamp: 1_000_000 - 250 })
  let handled = 0
  run({
    name: 'p',
    offsetStore: inMemoryOffsetStore(),
    timing: time,
    source: listSource([at(1), at(2)], { live: true }),
    onMetrics: (one) => metrics.push(one),
    metricsIntervalMs: 500,
    handler: () => {
      handled += 1
    },
  })
  await until(() => handled === 2 && time.waiting.length > 1)
  time.pass(500)

  expect(metrics).toEqual([
    {
      projection: 'p',
      state: 'running',
      events: 2,
      eventsPerSecond: 4,
      lagMs: 250,
      idleMs: 500,
      skipped: 0,
      failures: 0,
      restarts: 0,
    },
  ])
})

test('runs an instance for each range of slices, under names of their own', async () => {
  const offsetStore = inMemoryOffsetStore()
  const seen: string[] = []
  const sliced = slicedProjection({
    name: 'orders',
    ranges: sliceRanges(2),
    offsetStore,
    source: ({ min, max }) =>
      async function* () {
        yield { ...envelope(1), event: `${min}-${max}` }
      },
    handler: ({ event }) => seen.push(event),
  })
  await sliced.done

  expect(seen.sort()).toEqual(['0-511', '512-1023'])
  expect(sliced.instances.map(({ name }) => name)).toEqual(['orders-0-511', 'orders-512-1023'])
  expect(await offsetStore.read('orders-512-1023')).toEqual({ sequenceNr: 1 })
})

test('without onStatus, failures become warnings of the process', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  await run({
    name: 'p',
    offsetStore: inMemoryOffsetStore(),
    source: listSource(envelopes(1)),
    onFailure: 'skip',
    handler: () => {
      throw new Error('broken handler')
    },
  }).done

  expect(warn.mock.calls).toEqual([['Projection p: skipped after Error: broken handler', 'ProjectionWarning']])
  warn.mockRestore()
})

test.each([
  [{ name: '' }, 'name'],
  [{ handler: undefined }, 'handler'],
  [{ onFailure: 'ignore' }, 'onFailure'],
  [{ delivery: 'exactly-once' }, 'dynamoDBOffsetStore'],
  [{ nme: 'p' }, 'nme'],
])('%j is refused', (wrong, says) => {
  const options = { name: 'p', offsetStore: inMemoryOffsetStore(), source: listSource([]), handler: () => undefined }

  expect(() => projection({ ...options, ...wrong } as never)).toThrow(ConfigError)
  expect(() => projection({ ...options, ...wrong } as never)).toThrow(says)
})
