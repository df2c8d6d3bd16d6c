import { AssertionError } from 'node:assert'
import {
  Effect,
  type EventSourcedBehavior,
  type EventSourcedContext,
  FencedError,
  ItemTooLargeError,
  tagged,
  WriteRejectedError,
} from '@dynact/persistence'
import { eventSourcedTestKit, RestartError } from '@dynact/testkit'
import { dispatch } from 'nact'

interface Cart {
  readonly items: readonly string[]
  readonly note?: string | undefined
}
type ReplyTo<Message> = EventSourcedContext<Message>['self']
type Command =
  | { readonly type: 'add'; readonly items: readonly unknown[]; readonly replyTo?: ReplyTo<number> }
  | { readonly type: 'get'; readonly replyTo: ReplyTo<Cart> }
  | { readonly type: 'fail' | 'close' | 'save' }
type Event = { readonly type: 'added'; readonly item: string } | { readonly type: 'closed' }

const added = (item: unknown): Event => ({ type: 'added', item: item as string })

const cart: EventSourcedBehavior<Cart, Command, Event> = {
  persistenceId: 'cart-1',
  initialState: () => ({ items: [] }),
  onCommand(state, command, ctx) {
    switch (command.type) {
      case 'add': {
        const effect = Effect.persistAll(command.items.map(added))
        return command.replyTo === undefined
          ? effect
          : effect.thenReply(command.replyTo, (next: Cart) => next.items.length)
      }
      case 'get':
        return Effect.reply(command.replyTo, state)
      case 'close':
        return Effect.persist({ type: 'closed' })
          .thenRun(() => dispatch(ctx.self, { type: 'save' }))
          .thenStop()
      case 'save':
        return Effect.snapshot()
      case 'fail':
        throw new RangeError(`not with ${state.items.length} items at ${ctx.sequenceNr}`)
    }
  },
  onEvent: (state, event) => (event.type === 'added' ? { items: [...state.items, event.item] } : { items: [] }),
}
const add = (...items: readonly unknown[]): Command => ({ type: 'add', items })

describe('run', () => {
  test('gives events, state, replies and effect, command after command', async () => {
    const kit = eventSourcedTestKit(cart)
    const [to, other] = [kit.ref<number>(), kit.ref<Cart>()]

    const first = await kit.run({ type: 'add', items: ['a', 'b'], replyTo: to })
    expect(first).toMatchObject({ events: [added('a'), added('b')], state: { items: ['a', 'b'] }, replies: [2] })
    expect(first.effect.sideEffects).toEqual([expect.objectContaining({ kind: 'reply', to })])
    expect(first.error).toBeUndefined()

    const second = await kit.run({ type: 'get', replyTo: other })
    expect(second).toMatchObject({ events: [], replies: [{ items: ['a', 'b'] }] })
    expect(second.repliesTo(other)).toEqual([{ items: ['a', 'b'] }])
    expect(second.repliesTo(to)).toEqual([])
    expect(kit.state).toEqual({ items: ['a', 'b'] })
  })

  test('stores the events in its journal, with adapter and tags, and snapshots in its store', async () => {
    const kit = eventSourcedTestKit({
      ...cart,
      onCommand: () => Effect.persist(tagged(added('a'), 'own'), { type: 'closed' }),
      eventAdapter: {
        manifest: () => 'v1',
        toJournal: (event) => tagged({ kind: event }, 'adapted'),
        fromJournal: (payload) => (payload as { kind: Event }).kind,
      },
      tagger: (event) => [event.type],
      snapshots: {
        every: 3,
        adapter: { toJournal: (state) => ({ cart: state }), fromJournal: (json) => (json as { cart: Cart }).cart },
      },
    })
    expect((await kit.run(add())).events).toEqual([added('a'), { type: 'closed' }])
    expect(await kit.snapshotStore.loadSnapshot('cart-1')).toBeUndefined()
    await kit.run(add())

    const stored = []
    for await (const { payload, manifest, tags } of kit.journal.replayEvents('cart-1'))
      stored.push([payload, manifest, tags])
    expect(stored.slice(0, 2)).toEqual([
      [{ kind: added('a') }, 'v1', ['adapted', 'added', 'own']],
      [{ kind: { type: 'closed' } }, 'v1', ['adapted', 'closed']],
    ])
    expect(await kit.snapshotStore.loadSnapshot('cart-1')).toMatchObject({
      metadata: { sequenceNr: 4 },
      snapshot: { cart: { items: [] } },
    })
  })

  test('saves snapshots on demand and by predicate', async () => {
    const seen: unknown[] = []
    const kit = eventSourcedTestKit({
      ...cart,
      snapshots: {
        when: (state, event, nr) => {
          seen.push([state.items.length, event.type, nr])
          return event.type === 'closed'
        },
      },
    })
    const saved = async () => (await kit.snapshotStore.loadSnapshot('cart-1'))?.metadata.sequenceNr
    await kit.run({ type: 'save' }) // Nothing has happened yet.
    expect(await saved()).toBeUndefined()
    await kit.run(add('a'))
    await kit.run({ type: 'save' })
    expect(await saved()).toBe(1)
    await kit.run({ type: 'close' })
    expect(await saved()).toBe(2)
    expect(seen).toEqual([
      [1, 'added', 1],
      [0, 'closed', 2],
    ])
  })

  test('a stopped actor gets no command before it is restarted', async () => {
    const kit = eventSourcedTestKit(cart)
    await kit.run(add('a'))
    expect((await kit.run({ type: 'close' })).isStopped).toBe(true)
    await expect(kit.run(add('b'))).rejects.toThrow('has stopped')

    expect(await kit.restart()).toEqual({ items: [] })
    expect((await kit.run(add('b'))).state).toEqual({ items: ['b'] })
  })

  test.each([
    ['onCommand throws', { type: 'fail' }, {}, 'not with 1 items at 1'],
    ['onCommand gives no effect', { type: 'forgotten' }, {}, 'must return an effect'],
    ['onEvent gives a promise', add('b'), { onEvent: async () => ({ items: [] }) }, 'not a promise'],
  ])('throws what the behavior throws (%s), and stops, as the actor does', async (_, command, broken, message) => {
    const onEvent = (state: Cart, event: Event): Cart =>
      state.items.length === 1 && 'onEvent' in broken
        ? ((broken as { onEvent: () => unknown }).onEvent() as Cart)
        : cart.onEvent(state, event)
    const kit = eventSourcedTestKit({ ...cart, onEvent })
    await kit.run(add('a'))

    await expect(kit.run(command as Command)).rejects.toThrow(message)
    await expect(kit.run(add('c'))).rejects.toThrow('has stopped')
    expect(await kit.restart()).toEqual({ items: ['a'] })
    expect((await kit.run({ type: 'get', replyTo: kit.ref() })).isStopped).toBe(false)
  })

  test('a side effect that throws stops it too; what was stored stays, and counts after a restart', async () => {
    const behavior: typeof cart = {
      ...cart,
      onCommand: (_state, command, ctx) =>
        Effect.persist(added('a')).thenRun(({ items }: Cart) => {
          if (command.type === 'fail') throw new RangeError(`crashed with ${items.length} items at ${ctx.sequenceNr}`)
        }),
      snapshots: { every: 1 },
    }
    const kit = eventSourcedTestKit(behavior)

    await expect(kit.run({ type: 'fail' })).rejects.toThrow('crashed with 1 items at 1')
    await expect(kit.run(add())).rejects.toThrow('has stopped')
    expect(kit.state).toEqual({ items: [] })
    expect(await kit.snapshotStore.loadSnapshot('cart-1')).toBeUndefined()
    expect(await kit.restart()).toEqual({ items: ['a'] })
    expect((await kit.run(add())).state).toEqual({ items: ['a', 'a'] })

    const { events, isStopped } = await kit.given().when({ type: 'fail' }).then(RangeError)
    expect([events, isStopped]).toEqual([[added('a')], true])
  })

  test('takes one command at a time, each with its own outcome, and restarts between them', async () => {
    const order: string[] = []
    const kit = eventSourcedTestKit({
      ...cart,
      onCommand: async (state, command, ctx) => {
        const name = command.type === 'add' ? String(command.items[0]) : command.type
        order.push(`${name} on ${state.items.join('')}`)
        await new Promise(setImmediate)
        const effect = await cart.onCommand(state, command, ctx)
        return effect.thenRun(async () => {
          await new Promise(setImmediate)
          order.push(`${name} done`)
        })
      },
      onRecoveryCompleted: ({ items }) => void order.push(`recovered ${items.join('')}`),
    })
    const refs = [kit.ref<number>(), kit.ref<number>()] as const
    const runs = [
      kit.run({ type: 'add', items: ['a'], replyTo: refs[0] }),
      kit.run({ type: 'fail' }).catch(({ message }: Error) => message),
      kit.restart(),
      kit.run({ type: 'add', items: ['b', 'c'], replyTo: refs[1] }),
    ] as const
    const [first, failed, recovered, last] = await Promise.all(runs)

    expect(order).toEqual(['a on ', 'a done', 'fail on a', 'recovered a', 'b on a', 'b done'])
    expect([first.replies, first.repliesTo(refs[0]), first.repliesTo(refs[1])]).toEqual([[1], [1], []])
    expect([failed, recovered]).toEqual(['not with 1 items at 1', { items: ['a'] }])
    expect([last.replies, last.repliesTo(refs[0]), last.state]).toEqual([[3], [], { items: ['a', 'b', 'c'] }])
  })
})

describe('given, when, then', () => {
  const kit = eventSourcedTestKit(cart)

  test('compares events, or the state, or the error', async () => {
    await kit
      .given(added('a'))
      .when(add('b'))
      .then([added('b')])
    await kit
      .given(added('a'))
      .when(add('b'))
      .then({ items: ['a', 'b'] })
    await kit.given(added('a'), { type: 'closed' }).when({ type: 'fail' }).then(RangeError)
    const result = await kit.given().when({ type: 'fail' }).then(new RangeError('not with 0 items at 0'))
    await kit.given().when(add()).then([])

    expect(result.error).toBeInstanceOf(RangeError)
    expect(kit.state).toEqual({ items: [] }) // Each is a life of its own.
  })

  test.each([
    [
      'other events',
      () =>
        kit
          .given()
          .when(add('b'))
          .then([added('c')]),
      /other events.*'c'/s,
    ],
    ['fewer events', () => kit.given().when(add('b')).then([]), /other events/],
    [
      'another state',
      () =>
        kit
          .given()
          .when(add('b'))
          .then({ items: ['c'] }),
      /another state.*'c'/s,
    ],
    ['no error', () => kit.given().when(add('b')).then(RangeError), /RangeError, but there was no error/],
    [
      'another kind of error',
      () => kit.given().when({ type: 'fail' }).then(TypeError),
      /TypeError, but there was RangeError/,
    ],
    ['another message', () => kit.given().when({ type: 'fail' }).then(new RangeError('x')), /RangeError: x, but/],
  ])('says so when there is %s', async (_, check, message) => {
    await expect(check()).rejects.toThrow(AssertionError)
    await expect(check()).rejects.toThrow(message)
  })

  test('does not take an unexpected error for anything else', async () => {
    await expect(kit.given().when({ type: 'fail' }).then([])).rejects.toThrow(RangeError)
  })

  test('awaited without an expectation gives the result', async () => {
    // biome-ignore lint/suspicious/noExplicitAny: its type does not offer this.
    const result = await (kit.given(added('a')).when(add('b')) as any)

    expect(result).toMatchObject({ state: { items: ['a', 'b'] } })
  })
})

describe('the restart after every command', () => {
  const broken = (parts: Partial<typeof cart>, options = {}) =>
    eventSourcedTestKit<Cart, Command, Event>({ ...cart, ...parts }, options)

  test('notices an event that does not survive being stored', async () => {
    const onEvent = (state: Cart, event: Event): Cart =>
      event.type === 'added' ? { items: [...state.items, String((event.item as unknown) instanceof Date)] } : state

    await expect(broken({ onEvent }).run(add(new Date(0)))).rejects.toThrow(RestartError)
    await expect(
      broken({ onEvent })
        .given()
        .when(add(new Date(0)))
        .then(Error),
    ).rejects.toThrow(/stored and replayed/)
  })

  test('notices an event that cannot be stored at all', async () => {
    const told: unknown[] = []
    const kit = broken({ onPersistRejected: (error) => void told.push(error) })
    const { error, events } = await kit.run(add(new Map()))

    expect(error).toMatchObject({ code: 'WRITE_REJECTED' })
    expect(events).toEqual([])
    expect(told).toEqual([error])
    await broken({}).given().when(add(new Map())).then(WriteRejectedError)
  })

  test('notices an adapter that does not give back what it took', async () => {
    const eventAdapter = { toJournal: () => ({}), fromJournal: () => added('other') }

    await expect(broken({ eventAdapter }).run(add('a'))).rejects.toThrow(/stored and replayed/)
  })

  test('notices a state that does not survive a snapshot, unless it need not', async () => {
    const onEvent = (): Cart => ({ items: [new Date(0) as unknown as string] })

    await expect(broken({ onEvent }).run(add('a'))).rejects.toThrow(/stored as a snapshot/)
    expect((await broken({ onEvent }, { verifyState: false }).run(add('a'))).events).toHaveLength(1)
  })

  test('does not mind properties that are undefined', async () => {
    const onEvent = (): Cart => ({ items: [], note: undefined })

    expect((await broken({ onEvent }).run(add('a'))).state).toEqual({ items: [] })
  })

  test('notices a behavior that is not pure', async () => {
    let calls = 0
    const counting = (): Cart => {
      calls += 1
      return { items: [String(calls)] }
    }
    const mutating = (state: Cart, event: Event): Cart => {
      ;(state.items as string[]).push(event.type)
      return state
    }

    await expect(broken({ onEvent: counting }).run(add('a'))).rejects.toThrow(RestartError)
    await expect(broken({ onEvent: mutating }).run(add('a'))).rejects.toThrow(TypeError)
  })
})

describe('failNextPersist', () => {
  test('rejected: the state is as before, onPersistRejected is told, and the actor goes on', async () => {
    const told: unknown[] = []
    const kit = eventSourcedTestKit({
      ...cart,
      onPersistRejected: (error, command, ctx) => void told.push([error.code, command, ctx.sequenceNr]),
    })
    const to = kit.ref<number>()
    await kit.run(add('a'))
    kit.failNextPersist('rejected')
    await kit.run({ type: 'get', replyTo: kit.ref() }) // Persists nothing.

    const result = await kit.run({ type: 'add', items: ['b'], replyTo: to })

    expect(result).toMatchObject({ events: [], replies: [], state: { items: ['a'] }, isStopped: false })
    expect(result.error).toMatchObject({ code: 'WRITE_REJECTED' })
    expect(told).toEqual([['WRITE_REJECTED', { type: 'add', items: ['b'], replyTo: to }, 1]])
    expect((await kit.run(add('c'))).state).toEqual({ items: ['a', 'c'] })
  })

  test.each(['uncertain', 'fenced'] as const)('%s: the actor recovers, or stops if it says so', async (failure) => {
    const recovered: Cart[] = []
    const kit = eventSourcedTestKit({ ...cart, onRecoveryCompleted: (state) => void recovered.push(state) })
    await kit.run(add('a'))
    kit.failNextPersist(failure)
    expect((await kit.run(add('b'))).isStopped).toBe(false)
    expect(recovered).toEqual([{ items: ['a'] }])

    const stopping = eventSourcedTestKit({ ...cart, onPersistFailure: 'stop' as const })
    stopping.failNextPersist(failure)
    expect((await stopping.run(add('b'))).isStopped).toBe(true)
  })

  test('an event that onEvent throws at is found before anything is persisted', async () => {
    const onEvent = (state: Cart, event: Event): Cart => {
      if (event.type === 'closed') throw new RangeError('never closed')
      return cart.onEvent(state, event)
    }
    const kit = eventSourcedTestKit({ ...cart, onEvent })
    kit.failNextPersist('rejected')
    await expect(kit.run({ type: 'close' })).rejects.toThrow('never closed')
    await kit.restart()

    expect((await kit.run(add('a'))).error).toMatchObject({ code: 'WRITE_REJECTED' }) // The next one, still.
    expect((await kit.run(add('b'))).state).toEqual({ items: ['b'] })
  })

  test('an event that cannot be stored is rejected before the journal could fail', async () => {
    const toJournal = (event: Event) => {
      if (event.type === 'closed') throw new RangeError('no such form')
      return event
    }
    const eventAdapter = { toJournal, fromJournal: (payload: unknown) => payload as Event }
    const kit = eventSourcedTestKit({ ...cart, eventAdapter })
    kit.failNextPersist('fenced')

    expect((await kit.run({ type: 'close' })).error).toMatchObject({ code: 'WRITE_REJECTED' })
    expect((await kit.run(add('a'))).error).toMatchObject({ code: 'FENCED' })
  })

  test('fenced five times in a row stops the actor; a success in between counts anew', async () => {
    const kit = eventSourcedTestKit(cart)
    const fence = async () => {
      kit.failNextPersist('fenced')
      return (await kit.run(add('a'))).isStopped
    }
    const fences = [await fence(), await fence(), await fence(), await fence()]
    await kit.run(add('b'))
    for (let nr = 0; nr < 5; nr += 1) fences.push(await fence())

    expect(fences).toEqual([...Array(8).fill(false), true])
  })

  test('a rejection that onPersistRejected throws again is a crash', async () => {
    const kit = eventSourcedTestKit({
      ...cart,
      onPersistRejected: (error) => {
        throw error
      },
    })
    kit.failNextPersist('rejected')

    await expect(kit.run(add('a'))).rejects.toThrow(WriteRejectedError)
    await expect(kit.run(add('a'))).rejects.toThrow('has stopped')
  })

  test('a recovery that fails is told of, and stops the actor', async () => {
    const told: unknown[] = []
    const kit = eventSourcedTestKit({
      ...cart,
      onRecoveryCompleted: () => {
        throw new RangeError('no recovery')
      },
      onRecoveryFailure: (error) => void told.push((error as Error).message),
    })
    kit.failNextPersist('uncertain')

    await expect(kit.run(add('a'))).rejects.toThrow('no recovery')
    expect(told).toEqual(['no recovery'])
    await expect(kit.run(add('a'))).rejects.toThrow('has stopped')
  })

  test('takes errors of any kind, and goes for given too', async () => {
    const kit = eventSourcedTestKit(cart)
    const error = new ItemTooLargeError('too large', { sizeBytes: 2, limitBytes: 1 })
    kit.failNextPersist(error)
    expect((await kit.given().when(add('b')).then(ItemTooLargeError)).error).toBe(error)
    kit.failNextPersist('fenced')
    await kit.given().when(add('b')).then(FencedError)
    await kit
      .given()
      .when(add('b'))
      .then([added('b')])
  })
})
