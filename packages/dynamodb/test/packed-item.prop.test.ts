import { type Item, itemSize, occupiedBy, packedItem, partitionOf, readJournalItem } from '@dynact/dynamodb'
import { type PersistentRepr, RecoveryError, type SerializedPayload } from '@dynact/persistence'
import fc from 'fast-check'
import { holds } from '../src/same-item.js'
import { payloads, reprs } from './arbitraries.js'

const config = { journalName: 'journal', sequenceShards: 10 }
const MAX_FIRST = Number.MAX_SAFE_INTEGER - 1_000

interface Batch {
  readonly events: readonly [PersistentRepr, ...PersistentRepr[]]
  readonly payloads: readonly SerializedPayload[]
}

/** Batches of one id and writer, contiguous; their timestamps are all there or all unknown. */
const batches: fc.Arbitrary<Batch> = fc
  .tuple(
    reprs,
    fc.array(fc.tuple(reprs, payloads, fc.oneof(fc.constantFrom(0, 1), fc.nat({ max: 5_000 }))), {
      minLength: 1,
      maxLength: 12,
    }),
    fc.boolean(),
  )
  .map(([first, rest, isTimed]) => {
    const startMicros = isTimed ? 1 + Math.round(first.timestamp * 1000) : 0
    let micros = startMicros
    const events = rest.map(([event, , stepMicros], index) => {
      micros += index === 0 || !isTimed ? 0 : stepMicros
      const { persistenceId, writerUuid } = first
      const sequenceNr = Math.min(first.sequenceNr, MAX_FIRST) + index
      return { ...event, persistenceId, writerUuid, sequenceNr, timestamp: micros / 1000 }
    })
    return { events: events as unknown as Batch['events'], payloads: rest.map(([, payload]) => payload) }
  })

test('a packed batch comes back event by event as it went in, each with its place', () => {
  fc.assert(
    fc.property(batches, ({ events, payloads: stored }) => {
      const [first] = events
      const item = packedItem(config, events, stored)

      expect(occupiedBy(item)).toBe(events.length)
      expect(readJournalItem(item, 'events', first.persistenceId, partitionOf(first.sequenceNr))).toEqual(
        events.map(({ sequenceNr, writerUuid, manifest, timestamp, tags, deleted }, index) => ({
          sequenceNr,
          writerUuid,
          manifest,
          timestamp,
          tags,
          deleted,
          payload: stored[index],
          index,
          lastIndex: events.length - 1,
          isPacked: true,
        })),
      )
    }),
    { numRuns: 300 },
  )
})

test('another batch under the same key is never taken for ours', () => {
  fc.assert(
    fc.property(batches, fc.nat(), ({ events, payloads: stored }, which) => {
      const item = packedItem(config, events, stored)
      const changed = stored.map((payload, index) =>
        index === which % stored.length ? { ...payload, bytes: new Uint8Array([...payload.bytes, 1]) } : payload,
      )

      expect(holds(item, item)).toBe(true)
      expect(holds(packedItem(config, events, changed), item)).toBe(false)
    }),
  )
})

test('packing costs less than an item for every event', () => {
  const event = {
    persistenceId: 'orders-7',
    sequenceNr: 1,
    payload: undefined,
    manifest: '',
    writerUuid: 'w',
    timestamp: 1,
    tags: [],
  }
  const events = Array.from({ length: 100 }, (_, index) => ({
    ...event,
    sequenceNr: index + 1,
    timestamp: 1 + index / 1000,
  }))
  const stored = events.map(() => ({ serializerId: 4, serializerManifest: '', bytes: new Uint8Array(50) }))

  // 50 bytes of payload, and what tells one event from the next.
  expect(itemSize(packedItem(config, events as unknown as Batch['events'], stored))).toBeLessThan(100 * (50 + 12) + 200)
})

describe('a damaged packed batch fails, naming the item and why', () => {
  const event = {
    persistenceId: 'orders-7',
    sequenceNr: 205,
    payload: undefined,
    manifest: '',
    writerUuid: 'w',
    timestamp: 0,
    tags: [],
  }
  const payload = { serializerId: 4, serializerManifest: '', bytes: new Uint8Array([1]) }
  const whole = packedItem(config, [event, { ...event, sequenceNr: 206 }], [payload, payload])
  const entries = whole['evs']?.L ?? []

  test.each<[string, Item, string]>([
    ['events that are no list', { ...whole, evs: { S: 'x' } }, 'evs is not a list'],
    ['fewer events than it claims', { ...whole, evs: { L: entries.slice(1) } }, 'it holds 1 events and claims 2'],
    ['no events', { ...whole, n: { N: '0' }, evs: { L: [] } }, 'it holds 0 events and claims 0'],
    ['an event that is no map', { ...whole, evs: { L: [...entries.slice(1), { S: 'x' }] } }, 'event 1 is not a map'],
    [
      'an event without bytes',
      { ...whole, evs: { L: [...entries.slice(1), { M: { i: { N: '4' } } }] } },
      'event 1 has no bytes',
    ],
    [
      'an event without serializer',
      { ...whole, evs: { L: [...entries.slice(1), { M: { e: { B: new Uint8Array(1) } } }] } },
      'event 1 has no serializer id',
    ],
  ])('%s', (_, item, why) => {
    const attempt = () => readJournalItem(item, 'events', 'orders-7', 2)

    expect(attempt).toThrow(RecoveryError)
    expect(attempt).toThrow(expect.objectContaining({ persistenceId: 'orders-7', sequenceNr: 205 }))
    expect(attempt).toThrow(`the packed batch par=journal-P-orders-7-2, num=5 of table events can't be read: ${why}`)
  })
})
