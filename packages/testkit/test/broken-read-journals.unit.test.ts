// The suite can fail: each of these read journals has one defect, and the case named beside it notices.
import { type EventEnvelope, type QueryStream, QueryStreams, type ReadJournal } from '@dynact/persistence'
import { inMemoryJournal, inMemoryReadJournal, readJournalConformanceCases } from '@dynact/testkit'
import { failedCases } from './failed-cases.js'

/** What a read journal does instead. */
type Defect = (sound: ReadJournal) => Partial<ReadJournal>
type Envelope = EventEnvelope<unknown, never>

const changed = <T>(
  streams: QueryStreams,
  stream: QueryStream<T>,
  change: (all: QueryStream<T>) => AsyncGenerator<T, void>,
) => streams.open<T>(() => change(stream))

/** Changes the events of every stream of many ids and of one. */
const events =
  (change: (all: QueryStream<Envelope>) => AsyncGenerator<Envelope, void>): Defect =>
  (sound) => {
    const streams = new QueryStreams()
    const via = (stream: unknown) => changed(streams, stream as QueryStream<Envelope>, change) as never
    return {
      currentEventsByPersistenceId: (id, ...rest) => via(sound.currentEventsByPersistenceId(id, ...rest)),
      currentEventsByTag: (tag, ...rest) => via(sound.currentEventsByTag(tag, ...rest)),
      currentEventsBySlices: (type, min, max, ...rest) => via(sound.currentEventsBySlices(type, min, max, ...rest)),
    }
  }

const mapped = (change: (envelope: Envelope) => object): Defect =>
  events(async function* (all) {
    for await (const envelope of all) {
      const { offset, ...rest } = envelope
      yield { ...rest, offset, ...change(envelope) } as Envelope
    }
  })

const DEFECTS: readonly (readonly [string, Defect, RegExp])[] = [
  [
    'tells an id twice',
    (sound) => ({
      currentPersistenceIds: (options) =>
        new QueryStreams().open(async function* () {
          for await (const id of sound.currentPersistenceIds(options)) yield* [id, id]
        }),
    }),
    /^current ids are told once/,
  ],
  [
    'goes on with the page that it has told',
    (sound) => ({ currentPersistenceIds: ({ from: _, ...options } = {}) => sound.currentPersistenceIds(options) }),
    /^pages of ids go on/,
  ],
  [
    'forgets the first event',
    events(async function* (all) {
      for await (const envelope of all) if (envelope.sequenceNr > 1) yield envelope
    }),
    /^the events of an id come in order/,
  ],
  [
    'tells an event twice',
    events(async function* (all) {
      for await (const envelope of all) yield* [envelope, envelope]
    }),
    /^events by slices are those of the type/,
  ],
  [
    'turns the order around',
    events(async function* (all) {
      const envelopes: Envelope[] = []
      for await (const envelope of all) envelopes.unshift(envelope)
      yield* envelopes
    }),
    /^events by slices are those of the type/,
  ],
  ['loses the manifest', mapped(() => ({ manifest: '' })), /^the events of an id come in order/],
  ['rounds times', mapped(({ timestamp }) => ({ timestamp: Math.floor(timestamp / 10) })), /^the events of an id come/],
  ['loses tags', mapped(() => ({ tags: [] })), /^events by tag are those/],
  ['names no slice', mapped(() => ({ slice: -1 })), /^ranges of slices divide/],
  ['loses what was seen', mapped(() => ({ offset: { timestamp: 0, seen: {} } })), /^a stream goes on exactly behind/],
  [
    'takes limits for exclusive ones',
    (sound) => ({
      currentEventsByPersistenceId: (id, from = 1, to = Number.MAX_SAFE_INTEGER, options) =>
        sound.currentEventsByPersistenceId(id, from, to - 1, options),
    }),
    /^both limits are inclusive/,
  ],
  [
    'cuts batches',
    (sound) => ({
      currentEventsByPersistenceId: <E>(id: string, from?: number, to = Number.MAX_SAFE_INTEGER) =>
        new QueryStreams().open(async function* () {
          for await (const envelope of sound.currentEventsByPersistenceId<E>(id, from))
            if (envelope.sequenceNr <= to) yield envelope
        }),
    }),
    /^a batch is there whole/,
  ],
  [
    'ignores slices',
    (sound) => ({
      currentEventsBySlices: (type, min, max, ...rest) =>
        sound.currentEventsBySlices(type, min > max ? max : 0, 1023, ...rest),
    }),
    /^ranges of slices divide/,
  ],
  [
    'takes a type for a prefix',
    (sound) => ({
      currentEventsBySlices: <E>(type: string | undefined, min: number, max: number) =>
        new QueryStreams().open(async function* () {
          for await (const envelope of sound.currentEventsBySlices<E>(undefined, min, max))
            if (envelope.persistenceId.startsWith(type ?? '')) yield envelope
        }),
    }),
    /^events by slices are those of the type/,
  ],
  [
    'finds tags in part',
    (sound) => ({
      currentEventsByTag: <E>(tag: string) =>
        new QueryStreams().open(async function* () {
          for await (const envelope of sound.currentEventsBySlices<E>(undefined, 0, 1023))
            if (envelope.tags.some((other) => other.startsWith(tag))) yield envelope
        }),
    }),
    /^events by tag are those/,
  ],
  ['does not close', () => ({ close: async () => undefined }), /^a closed read journal refuses/],
  [
    'does not heed signals',
    (sound) => ({ eventsByTag: (tag, offset) => sound.eventsByTag(tag, offset) }),
    /^a live stream by tag of a signal that has aborted/,
  ],
  [
    'begins anywhere in the ids of slices that are none',
    (sound) => ({
      currentEventsBySlices: (type, _min, _max, ...rest) => sound.currentEventsBySlices(type, 0, 1, ...rest),
    }),
    /^slices that are none/,
  ],
  [
    'takes any offset',
    (sound) => ({ currentEventsByTag: (tag) => sound.currentEventsByTag(tag) }),
    /^an offset of another/,
  ],
  [
    'reads events of any id',
    (sound) => ({ currentEventsByPersistenceId: () => sound.currentEventsByPersistenceId('any') }),
    /^an id that no journal can hold/,
  ],
]

const withDefect = (defect: Defect) => () => {
  const journal = inMemoryJournal()
  const sound = inMemoryReadJournal(journal)
  const defects = defect(sound)
  const readJournal = new Proxy(sound, {
    get: (target, name) => {
      const value = Reflect.get(defects, name) ?? Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { journal, readJournal }
}

test('a read journal without a defect passes every case', async () => {
  expect(await failedCases(readJournalConformanceCases(withDefect(() => ({}))))).toEqual([])
})

test.each(DEFECTS)('a read journal that %s is caught', async (_, defect, caughtBy) => {
  const cases = readJournalConformanceCases(withDefect(defect)).filter(({ name }) => caughtBy.test(name))

  expect(cases).not.toEqual([])
  expect(await failedCases(cases)).toHaveLength(cases.length)
})
