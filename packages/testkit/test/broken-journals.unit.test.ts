// The suite can fail: each of these journals has one defect, and at least the case named beside it notices.
import {
  type AtomicWrite,
  FencedError,
  type Journal,
  PersistenceError,
  type PersistentRepr,
  type Replay,
  type ReplayRange,
  serialization,
  WriteRejectedError,
} from '@dynact/persistence'
import { inMemoryJournal, journalConformanceCases } from '@dynact/testkit'
import { failedCases } from './failed-cases.js'

/** What a journal does instead; one call for all the journals on the same data. */
type Defect = (sound: Journal) => Partial<Journal>

/** The events of a replay, changed. */
const replayOf = (
  replay: Replay,
  change: (events: AsyncIterable<PersistentRepr>) => AsyncIterable<PersistentRepr>,
) => ({
  highestSequenceNr: replay.highestSequenceNr,
  [Symbol.asyncIterator]: () => change(replay)[Symbol.asyncIterator](),
})

/** A journal that changes every event on its way in. */
const storing =
  (change: (event: PersistentRepr) => PersistentRepr): Defect =>
  (sound) => ({
    writeEvents: ({ persistenceId, events }, options) =>
      sound.writeEvents({ persistenceId, events: events.map(change) }, options),
  })

/** A journal that changes the range of every replay. */
const replaying =
  (change: (range: ReplayRange) => ReplayRange): Defect =>
  (sound) => ({ replayEvents: (id, range = {}, options) => sound.replayEvents(id, change(range), options) })

/** A journal that takes an id for another one. */
const naming =
  (change: (id: string) => string): Defect =>
  (sound) => {
    const renamed = (events: readonly PersistentRepr[], persistenceId: string) =>
      events.map((event) => ({ ...event, persistenceId }))
    return {
      writeEvents: ({ persistenceId, events }, options) =>
        sound.writeEvents(
          { persistenceId: change(persistenceId), events: renamed(events, change(persistenceId)) },
          options,
        ),
      replayEvents: (id, range, options) =>
        replayOf(sound.replayEvents(change(id), range, options), async function* (events) {
          for await (const event of events) yield { ...event, persistenceId: id }
        }),
      readHighestSequenceNr: (id, from, options) => sound.readHighestSequenceNr(change(id), from, options),
      deleteEventsTo: (id, to, options) => sound.deleteEventsTo(change(id), to, options),
    }
  }

const allOf = async (sound: Journal, id: string): Promise<PersistentRepr[]> => {
  const events: PersistentRepr[] = []
  for await (const event of sound.replayEvents(id)) events.push(event)
  return events
}

const placeOf = ({ persistenceId, sequenceNr }: PersistentRepr) => JSON.stringify([persistenceId, sequenceNr])

const isFenced = (error: unknown) => error instanceof PersistenceError && error.code === 'FENCED'

const DEFECTS: readonly (readonly [string, Defect, RegExp])[] = [
  [
    'loses the last event of a large batch',
    (sound) => ({
      writeEvents: ({ persistenceId, events }, options) =>
        sound.writeEvents({ persistenceId, events: events.slice(0, events.length > 100 ? -1 : undefined) }, options),
    }),
    /^a batch of 101 from event 1 on is seen whole/,
  ],
  [
    'stores a batch event by event',
    (sound) => ({
      writeEvents: async ({ persistenceId, events }, options) => {
        for (const event of events) await sound.writeEvents({ persistenceId, events: [event] }, options)
      },
    }),
    /^limits count stored events/,
  ],
  [
    'applies limits after it has filtered',
    (sound) => ({
      replayEvents: (id, { fromSequenceNr = 1, toSequenceNr = Infinity, max = Infinity } = {}, options) =>
        replayOf(sound.replayEvents(id, {}, options), async function* (events) {
          let count = 0
          for await (const event of events)
            if (event.sequenceNr >= fromSequenceNr && event.sequenceNr <= toSequenceNr && ++count <= max) yield event
        }),
    }),
    /^limits count stored events/,
  ],
  [
    'knows no highest number but that of the events that are there',
    (sound) => ({
      readHighestSequenceNr: async (id) => (await allOf(sound, id)).at(-1)?.sequenceNr ?? 0,
    }),
    /^deleting all events and again keeps the highest sequence number|^deleting events up to 5 of 5/,
  ],
  [
    'lets deleted numbers be used again',
    (sound) => {
      const again = new Map<string, AtomicWrite>()
      return {
        writeEvents: async (write, options) => {
          try {
            await sound.writeEvents(write, options)
          } catch (error) {
            if (!isFenced(error) || (error as FencedError).writerUuid !== '') throw error
            again.set(write.persistenceId, write)
          }
        },
        replayEvents: (id, range, options) =>
          replayOf(sound.replayEvents(id, range, options), async function* (events) {
            yield* again.get(id)?.events ?? []
            yield* events
          }),
      }
    },
    /^a deleted number is not used again/,
  ],
  [
    'overwrites silently',
    (sound) => {
      const later = new Map<string, PersistentRepr>()
      return {
        writeEvents: async (write, options) => {
          try {
            await sound.writeEvents(write, options)
          } catch (error) {
            if (!isFenced(error)) throw error
            for (const event of write.events) later.set(placeOf(event), event)
          }
        },
        replayEvents: (id, range, options) =>
          replayOf(sound.replayEvents(id, range, options), async function* (events) {
            for await (const event of events) yield later.get(placeOf(event)) ?? event
          }),
      }
    },
    /^the second writer of a number is fenced/,
  ],
  [
    'acknowledges what it has refused',
    (sound) => ({
      writeEvents: async (write, options) => {
        await sound.writeEvents(write, options).catch((error: unknown) => {
          if (!isFenced(error)) throw error
        })
      },
    }),
    /^of two writers of one number at once one wins/,
  ],
  [
    'names the wrong writer',
    (sound) => ({
      writeEvents: (write, options) =>
        sound.writeEvents(write, options).catch((error: unknown) => {
          if (!(error instanceof FencedError)) throw error
          const { persistenceId, sequenceNr } = error
          const writerUuid = write.events[0]?.writerUuid ?? ''
          throw new FencedError(error.message, { persistenceId, sequenceNr, writerUuid })
        }),
    }),
    /^the second writer of a number is fenced/,
  ],
  [
    'fences a writer from what it has written itself',
    (sound) => ({
      writeEvents: async (write, options) => {
        const sequenceNr = write.events[0]?.sequenceNr ?? 0
        const { persistenceId } = write
        const taken = (await allOf(sound, persistenceId)).find((event) => event.sequenceNr === sequenceNr)
        if (taken !== undefined)
          throw new FencedError('taken', { persistenceId, sequenceNr, writerUuid: taken.writerUuid })
        await sound.writeEvents(write, options)
      },
    }),
    /^a write that is repeated as it was is a success/,
  ],
  ['ignores max', replaying(({ max: _, ...range }) => range), /^a replay keeps to fromSequenceNr/],
  [
    'excludes toSequenceNr',
    replaying(({ toSequenceNr, ...range }) => ({
      ...range,
      toSequenceNr: toSequenceNr === undefined ? undefined : toSequenceNr - 1,
    })),
    /^a replay keeps to fromSequenceNr/,
  ],
  [
    'reads one page of a long history only',
    replaying(({ max = 100, ...range }) => ({ ...range, max: Math.min(max, 100) })),
    /^a replay goes over a long history/,
  ],
  [
    'tells the last event of a replay for the highest number',
    (sound) => ({
      replayEvents: (id, range, options) => {
        const replay = sound.replayEvents(id, range, options)
        let last = 0
        const highestSequenceNr = replay.highestSequenceNr.then(() => last)
        highestSequenceNr.catch(() => {})
        return {
          highestSequenceNr,
          [Symbol.asyncIterator]: async function* () {
            for await (const event of replay) {
              last = event.sequenceNr
              yield event
            }
          },
        }
      },
    }),
    /^a replay keeps to fromSequenceNr/,
  ],
  [
    'reads everything when the replay is asked for',
    (sound) => ({
      replayEvents: (id, range, options) => {
        const replay = sound.replayEvents(id, range, options)
        const read = (async () => {
          const events: PersistentRepr[] = []
          for await (const event of replay) events.push(event)
          return events
        })()
        read.catch(() => {})
        return replayOf(replay, async function* () {
          yield* await read
        })
      },
    }),
    /^a replay reads nothing before its first event/,
  ],
  [
    'wraps the reason of an abort',
    (sound) => ({
      writeEvents: (write, options) =>
        sound.writeEvents(write, options).catch((cause: unknown) => {
          throw options?.signal?.aborted ? new WriteRejectedError('aborted', { cause }) : cause
        }),
    }),
    /^a call whose signal is aborted already/,
  ],
  [
    'takes no notice of an abort on its way',
    (sound) => ({
      replayEvents: (id, range, options) => {
        options?.signal?.throwIfAborted()
        return sound.replayEvents(id, range)
      },
    }),
    /^a replay that is aborted on its way/,
  ],
  [
    'deletes nothing when asked to delete beyond the end',
    (sound) => ({
      deleteEventsTo: async (id, to, options) => {
        if (to <= (await sound.readHighestSequenceNr(id))) await sound.deleteEventsTo(id, to, options)
      },
    }),
    /^deleting events up to 6 of 5/,
  ],
  [
    'deletes one event too few',
    (sound) => ({ deleteEventsTo: (id, to, options) => sound.deleteEventsTo(id, to - 1, options) }),
    /^deleting events up to 3 of 5/,
  ],
  [
    'takes the rest of a batch, whose beginning is deleted, for an incomplete one',
    (sound) => {
      const beginnings = new Map<string, number>()
      return {
        writeEvents: async (write, options) => {
          await sound.writeEvents(write, options)
          for (const event of write.events) beginnings.set(placeOf(event), write.events[0]?.sequenceNr ?? 0)
        },
        replayEvents: (id, range, options) =>
          replayOf(sound.replayEvents(id, range, options), async function* (events) {
            const deletedTo = (await sound.readDeletedToSequenceNr?.(id)) ?? 0
            for await (const event of events) if (deletedTo < (beginnings.get(placeOf(event)) ?? 0)) yield event
          }),
      }
    },
    /^deleting into the middle of a batch/,
  ],
  [
    'rounds times to milliseconds',
    storing((event) => ({ ...event, timestamp: Math.floor(event.timestamp) })),
    /microsecond/,
  ],
  ['loses tags', storing((event) => ({ ...event, tags: event.tags.slice(0, 1) })), /many tags/],
  ['loses manifests', storing((event) => ({ ...event, manifest: '' })), /a manifest$/],
  ['forgets which event is deleted', storing(({ deleted: _, ...event }) => event), /the mark of a deleted event/],
  [
    'stores null for what it can not serialize',
    storing((event) => (typeof event.payload === 'function' ? { ...event, payload: null } : event)),
    /^a payload that will not serialize/,
  ],
  [
    'stores an empty text as null',
    storing((event) => (event.payload === '' ? { ...event, payload: null } : event)),
    /^a payload comes back as it is: empty text/,
  ],
  [
    'stores bytes as text',
    storing((event) =>
      event.payload instanceof Uint8Array
        ? { ...event, payload: new TextEncoder().encode(new TextDecoder().decode(event.payload)) }
        : event,
    ),
    /all 256 bytes/,
  ],
  ['trims ids', naming((id) => id.trimEnd()), /^ids that look like keys/],
  ['ignores case', naming((id) => id.toLowerCase()), /^ids that look like keys/],
  ['normalizes ids', naming((id) => id.normalize()), /^ids that look like keys/],
  ['cuts long ids', naming((id) => id.slice(0, 255)), /^an id of 2000 bytes/],
  ['takes a part of an id for a number', naming((id) => id.replace(/-[01]$/, '')), /^ids that look like keys/],
]

/** Journals on one history, each with a life of its own. */
const journalsWith = (defect: Defect) => {
  const sound = inMemoryJournal({ serialization: serialization() })
  const behavior = { ...methodsOf(sound), ...defect(methodsOf(sound)) }
  const open = (): Journal => {
    const running = new Set<Promise<unknown>>()
    let isClosed = false
    const checked = <T>(id: string, call: () => Promise<T>, Kind = PersistenceError): Promise<T> => {
      if (isClosed) return Promise.reject(new Kind(`${id}: closed`, { persistenceId: id }))
      const result = call()
      running.add(result)
      return result
    }
    return {
      writeEvents: (write, options) =>
        checked(write.persistenceId, () => behavior.writeEvents(write, options), WriteRejectedError),
      replayEvents: (id, range, options) => {
        if (isClosed) throw new PersistenceError(`${id}: closed`, { persistenceId: id })
        return behavior.replayEvents(id, range, options)
      },
      readHighestSequenceNr: (id, from, options) =>
        checked(id, () => behavior.readHighestSequenceNr(id, from, options)),
      readDeletedToSequenceNr: (id, options) =>
        checked(id, async () => (await sound.readDeletedToSequenceNr?.(id, options)) ?? 0),
      deleteEventsTo: (id, to, options) => checked(id, () => behavior.deleteEventsTo(id, to, options)),
      close: async () => {
        isClosed = true
        await Promise.allSettled(running)
      },
    }
  }
  return { journal: open(), openAnother: open }
}

const methodsOf = (journal: Journal): Journal => ({
  writeEvents: (write, options) => journal.writeEvents(write, options),
  replayEvents: (id, range, options) => journal.replayEvents(id, range, options),
  readHighestSequenceNr: (id, from, options) => journal.readHighestSequenceNr(id, from, options),
  readDeletedToSequenceNr: async (id, options) => (await journal.readDeletedToSequenceNr?.(id, options)) ?? 0,
  deleteEventsTo: (id, to, options) => journal.deleteEventsTo(id, to, options),
  close: () => journal.close(),
})

test('a journal without a defect passes every case', async () => {
  expect(await failedCases(journalConformanceCases(() => journalsWith(() => ({}))))).toEqual([])
})

test.each(DEFECTS)('a journal that %s is caught', async (_, defect, caughtBy) => {
  const cases = journalConformanceCases(() => journalsWith(defect)).filter(({ name }) => caughtBy.test(name))

  expect(await failedCases(cases)).not.toEqual([])
})
