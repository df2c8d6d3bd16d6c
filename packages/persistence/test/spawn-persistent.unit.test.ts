import {
  configurePersistence,
  persistenceEngine,
  persistenceEngines,
  spawnPersistent,
  tagged,
  WriteRejectedError,
} from '@dynact/persistence'
import { inMemoryJournal } from '@dynact/testkit'
import { jest } from '@jest/globals'
import * as nact from 'nact'
import { type Ctx, harness, type Props } from './spawn-persistent-harness.js'

let h: ReturnType<typeof harness>
beforeEach(() => {
  h = harness()
})
afterEach(() => h.stopAll())

const payloads = async () => (await h.stored()).map(({ payload }) => payload)

describe('persisting', () => {
  test('gives numbers without a gap, one writer and rising timestamps', async () => {
    const actor = h.spawnAppending()
    for (const message of ['a', 'b', 'c']) await h.ask(actor, message)

    const events = await h.stored()

    expect(events.map(({ sequenceNr }) => sequenceNr)).toEqual([1, 2, 3])
    expect(new Set(events.map(({ writerUuid }) => writerUuid)).size).toBe(1)
    expect(events[1]?.timestamp).toBeGreaterThan(events[0]?.timestamp ?? Number.NaN)
    expect(events[2]?.timestamp).toBeGreaterThan(events[1]?.timestamp ?? Number.NaN)
  })

  test('uses a new writerUuid after every recovery', async () => {
    await h.ask(h.spawnAppending(), 'a')
    await h.ask(h.spawnAppending(), 'b')

    const [first, second] = await h.stored()

    expect(first?.writerUuid).not.toBe(second?.writerUuid)
  })

  test('stamps events later than those that were recovered', async () => {
    const timestamp = Date.now() + 60_000
    const event = {
      persistenceId: h.id,
      sequenceNr: 1,
      payload: 'a',
      manifest: '',
      writerUuid: 'w',
      timestamp,
      tags: [],
    }
    await h.journal.writeEvents({ persistenceId: h.id, events: [event] })

    await h.ask(h.spawnAppending(), 'b')

    expect((await h.stored())[1]?.timestamp).toBe(timestamp + 0.001)
  })

  test('persistAll stores all or none, in one atomic write', async () => {
    const sizes: number[] = []
    h.hooks.beforeWrite = ({ events }) => {
      sizes.push(events.length)
      if (events.some(({ payload }) => payload === 'bad')) throw new WriteRejectedError('bad')
    }
    const actor = h.spawnAppending({ onCrash: (_, __, ctx) => ctx.resume }, (message, ctx) =>
      ctx.persistAll(message.split(' ')),
    )
    await h.ask(actor, 'a b c')
    nact.dispatch(actor, 'd bad')
    await h.ask(actor, 'e')

    expect(sizes).toEqual([3, 2, 1])
    expect(await payloads()).toEqual(['a', 'b', 'c', 'e'])
  })

  test('persistAll of nothing writes nothing', async () => {
    const actor = h.spawnAppending({}, (_, ctx) => ctx.persistAll([]))

    expect(await h.ask(actor, 'a')).toBe('a')
    expect(await payloads()).toEqual([])
  })

  test('tags come from the call, the event and the tagger', async () => {
    const tagger = (event: string) => [event.toUpperCase()]
    const actor = h.spawnAppending({ tagger }, async (message, ctx) => {
      await ctx.persist(message, ['call'])
      await ctx.persistAll([tagged('y', 'own', 'call'), 'z'], ['call'])
    })
    await h.ask(actor, 'x')

    expect((await h.stored()).map(({ payload, tags }) => [payload, tags])).toEqual([
      ['x', ['X', 'call']],
      ['y', ['Y', 'call', 'own']],
      ['z', ['Z', 'call']],
    ])
  })

  test.each([
    ['tags that are no list', (ctx: Ctx) => ctx.persist('a', 'red' as unknown as string[])],
    ['a tag that is no string', (ctx: Ctx) => ctx.persist('a', [1 as unknown as string])],
    ['an event that cannot be encoded', (ctx: Ctx) => ctx.persist('unencodable')],
    ['an event that cannot be serialized', (ctx: Ctx) => ctx.persist(new Map() as unknown as string)],
  ])('rejects %s, and nothing is written', async (_, act) => {
    const errors: unknown[] = []
    const encoder = (event: string) => {
      if (event === 'unencodable') throw new TypeError('cannot')
      return event
    }
    const actor = h.spawnAppending({ encoder }, (_message, ctx) =>
      act(ctx).catch((error: unknown) => errors.push(error)),
    )

    await h.ask(actor, 'x')

    expect(errors).toEqual([expect.objectContaining({ code: 'WRITE_REJECTED', cause: expect.any(Error) })])
    expect(await payloads()).toEqual([])
  })

  test('un-awaited persists keep their order and share a request', async () => {
    const sizes: number[] = []
    h.hooks.beforeWrite = ({ events }) => {
      sizes.push(events.length)
    }
    const actor = h.spawnAppending({}, (message, ctx) => {
      for (const letter of message) void ctx.persist(letter)
    })
    await h.ask(actor, 'abc')
    h.stopAll()

    expect(await h.ask(h.spawnAppending())).toBe('abc')
    expect(await payloads()).toEqual(['a', 'b', 'c'])
    expect(sizes).toEqual([3])
  })

  test('tells in ctx what the actor is and how far it is', async () => {
    const seen: unknown[] = []
    const note = ({ persistenceId, sequenceNr, snapshotSequenceNr, recovering }: Ctx) =>
      seen.push([persistenceId, sequenceNr, snapshotSequenceNr, recovering])
    const spawn = () =>
      spawnPersistent(
        h.newSystem(),
        async (_: string, message: string, ctx) => {
          note(ctx)
          if (ctx.recovering) return message
          await ctx.persist(message)
          note(ctx)
          if (message === 'b') await ctx.saveSnapshot('state')
          nact.dispatch(ctx.sender, 'done')
          return message
        },
        h.id,
      )
    const actor = spawn()
    for (const message of ['a', 'b', 'c']) await h.ask(actor, message)
    expect(seen).toEqual([
      [h.id, 0, 0, false],
      [h.id, 1, 0, false],
      [h.id, 1, 0, false],
      [h.id, 2, 0, false],
      [h.id, 2, 2, false],
      [h.id, 3, 2, false],
    ])
    seen.length = 0

    await h.ask(spawn(), 'd')

    expect(seen).toEqual([
      [h.id, 3, 0, true],
      [h.id, 3, 2, false],
      [h.id, 4, 2, false],
    ])
  })

  test('shows as sender whoever sent the message, and while recovering the actor itself', async () => {
    const senders: unknown[] = []
    const spawn = () =>
      spawnPersistent(
        h.newSystem(),
        async (_: unknown, message: string, ctx) => {
          if (ctx.recovering) senders.push(ctx.sender === ctx.self)
          else {
            senders.push((ctx.sender as { type?: string }).type)
            await ctx.persist(message)
          }
          if (message === 'asked') nact.dispatch(ctx.sender, 'answer')
        },
        h.id,
      )
    const first = spawn()
    nact.dispatch(first, 'told')
    await h.ask(first, 'asked')
    expect(senders).toEqual(['nobody', 'temp'])
    senders.length = 0

    await h.ask(spawn(), 'asked')

    expect(senders).toEqual([true, true, 'temp'])
  })

  test('works with a function that is not asynchronous', async () => {
    const actor = spawnPersistent(
      h.newSystem(),
      (count: number = 0, message: 'add' | 'get', ctx) => {
        if (message === 'add' && !ctx.recovering) void ctx.persist(message)
        if (message === 'get') nact.dispatch(ctx.sender, count)
        return message === 'add' ? count + 1 : count
      },
      h.id,
    )
    nact.dispatch(actor, 'add')
    nact.dispatch(actor, 'add')

    expect(await nact.query(actor, () => 'get' as const, 4_000)).toBe(2)
  })
})

describe('initial state', () => {
  test('is initialState', async () => {
    expect(await h.ask(h.spawnAppending({ initialState: '>' }), 'a')).toBe('>a')
  })

  test('is what initialStateFunc gives, called in spawn as nact does', async () => {
    const names: string[] = []
    const initialStateFunc: NonNullable<Props['initialStateFunc']> = ({ name }) => {
      names.push(name)
      return '>'
    }
    const actor = h.spawnAppending({ initialStateFunc })

    expect(names).toHaveLength(1)
    expect(await h.ask(actor, 'a')).toBe('>a')
  })

  test('an initialStateFunc that throws is a failed recovery', async () => {
    const crashes: unknown[] = []
    h.spawnAppending({
      initialStateFunc: () => {
        throw new Error('no state')
      },
      onCrash: (message, error, ctx) => {
        crashes.push([message, error?.message])
        return ctx.stop
      },
    })

    await h.stopped

    expect(crashes).toEqual([[undefined, 'no state']])
  })
})

describe('deleting', () => {
  test('deleteEventsTo deletes no more than there is, and numbers go on', async () => {
    const actor = h.spawnAppending({}, async (message, ctx) => {
      await ctx.persist(message)
      if (message === 'c') await ctx.deleteEventsTo(Number.MAX_SAFE_INTEGER)
    })
    for (const message of ['a', 'b', 'c', 'd']) await h.ask(actor, message)

    expect((await h.stored()).map(({ sequenceNr, payload }) => [sequenceNr, payload])).toEqual([[4, 'd']])
    expect(await h.ask(h.spawnAppending())).toBe('d')
  })

  test.each([[-1], [1.5], [Number.NaN], ['1' as unknown as number]])('deleteEventsTo(%p) is refused', async (nr) => {
    const actor = h.spawnAppending({}, (_, ctx) => expect(ctx.deleteEventsTo(nr)).rejects.toThrow('from 0 on'))

    await h.ask(actor, 'a')
    expect.assertions(1)
  })

  test('deleteSnapshots deletes those that match', async () => {
    const actor = h.spawnAppending({}, async (message, ctx, state) => {
      await ctx.persist(message)
      await ctx.saveSnapshot(state)
      if (message === 'c') await ctx.deleteSnapshots({ minSequenceNr: 2 })
    })
    for (const message of ['a', 'b', 'c']) await h.ask(actor, message)

    expect((await h.snapshotStore.loadSnapshot(h.id))?.metadata.sequenceNr).toBe(1)
  })
})

describe('its engine', () => {
  const storedIn = async (journal: ReturnType<typeof inMemoryJournal>) => journal.readHighestSequenceNr(h.id)

  test('is the one of the system', async () => {
    await h.ask(h.spawnAppending(), 'a')

    expect(await storedIn(h.journal)).toBe(1)
  })

  test('is one of the system by name', async () => {
    const audit = inMemoryJournal()
    const engines = persistenceEngines({ default: h.engine, audit: persistenceEngine({ journal: audit }) })
    const system = h.newSystem(configurePersistence(engines))
    await h.ask(h.spawnAppending({ engine: 'audit' }, undefined, system), 'a')

    expect([await storedIn(audit), await storedIn(h.journal)]).toEqual([1, 0])
    expect(() => h.spawnAppending({ engine: 'adit' }, undefined, system)).toThrow('default, audit')
  })

  test('is one that it is given, in a system with none', async () => {
    const journal = inMemoryJournal()
    const system = nact.start()
    await h.ask(h.spawnAppending({ engine: persistenceEngine({ journal }) }, undefined, system), 'a')
    nact.stop(system)

    expect(await storedIn(journal)).toBe(1)
  })

  test('is missed with a message that says what to call', () => {
    const system = nact.start()

    expect(() => h.spawnAppending({}, undefined, system)).toThrow(
      expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining('start(configurePersistence(') }),
    )
    nact.stop(system)
  })
})

describe('its arguments', () => {
  test('mistakes in props are all named at once', () => {
    const props = {
      snapshotEvery: '5',
      shutdownAfter: -1,
      onCrash: 'stop',
      engine: {},
      recovery: 'off',
      eventAdapter: {},
      keepSnapshots: 0,
      eventAdaptor: {},
    }

    expect(() => h.spawnAppending(props as unknown as Props)).toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        message: expect.stringMatching(
          /^spawnPersistent\(orders-7\)(?=.*snapshotEvery)(?=.*shutdownAfter)(?=.*onCrash)(?=.*engine)(?=.*recovery)(?=.*eventAdapter)(?=.*keepSnapshots)(?=.*eventAdaptor)/s,
        ),
      }),
    )
  })

  test.each([
    ['eventAdaptor', 'eventAdapter'],
    ['EventAdapter', 'eventAdapter'],
    ['keepSnapshot', 'keepSnapshots'],
    ['recovrey', 'recovery'],
    ['engines', 'engine'],
    ['taggre', 'tagger'],
  ])("%s is refused, as it may well be a misspelt prop of dynact's own", (key, meant) => {
    expect(() => h.spawnAppending({ [key]: undefined } as Props)).toThrow(new RegExp(`was ${meant} meant.*${key}`, 's'))
  })

  test('what nact ignores is ignored: null, what is falsy, and props that nobody knows', async () => {
    const names = ['shutdownAfter', 'snapshotEvery', 'onCrash', 'initialStateFunc', 'afterStop', 'encoder', 'decoder']
    const coders = [
      'snapshotEncoder',
      'snapshotDecoder',
      'engine',
      'tagger',
      'recovery',
      'eventAdapter',
      'keepSnapshots',
    ]
    const nulls = Object.fromEntries([...names, ...coders].map((name) => [name, null]))
    const odd = {
      shutdownAfter: false,
      snapshotEvery: Number.POSITIVE_INFINITY,
      logger: 1,
      snapshotEvry: 5,
      mailbox: [],
    }

    for (const props of [nulls, { shutdownAfter: '', snapshotEvery: Number.NaN }, odd]) {
      const actor = h.spawnAppending(props as unknown as Props)
      await h.ask(actor, 'a')
      nact.stop(actor)
    }

    expect((await h.stored()).map(({ payload }) => payload)).toEqual(['a', 'a', 'a'])
    expect(await h.snapshotStore.loadSnapshot(h.id)).toBeUndefined()
    expect(h.logged).toEqual([])
  })

  test('an actor without a name gets one that no other has: a UUID, where nact draws one of two billion', () => {
    const random = jest.spyOn(Math, 'random').mockReturnValue(0.5) // As if it drew the same one again and again.
    const system = h.newSystem()
    const names = [undefined, null, ''].map(
      (name) => (spawnPersistent(system, () => {}, 'id', name as string) as unknown as { name: string }).name,
    )
    random.mockRestore()

    for (const name of names) expect(name).toMatch(/^anonymous-[0-9a-f]{8}-[0-9a-f-]{27}$/)
    expect(new Set(names).size).toBe(3)
  })

  test('no actor is left behind by a spawn that throws', () => {
    const system = h.newSystem()
    expect(() => spawnPersistent(system, () => {}, ' ', 'child')).toThrow('persistenceId')
    expect(() => spawnPersistent(system, undefined as unknown as () => void, 'id', 'child')).toThrow('function')

    expect(() => spawnPersistent(system, () => {}, 'id', 'child')).not.toThrow()
    expect(() => spawnPersistent(system, () => {}, 'id', 'child')).toThrow('already exists')
  })
})
