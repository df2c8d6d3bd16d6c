import { eventItem, partitionOf, steppingStoneItem } from '@dynact/dynamodb'
import type { PersistentRepr, SerializedPayload } from '@dynact/persistence'
import fc from 'fast-check'
import { readEventItem } from '../src/layout/journal-item.js'
import { payloads, persistenceIds, reprs, sequenceNrs } from './arbitraries.js'

const config = { journalName: 'journal', sequenceShards: 10 }
const places = fc
  .tuple(fc.nat({ max: 300 }), fc.nat({ max: 300 }))
  .map(([one, other]) => ({ index: Math.min(one, other), lastIndex: Math.max(one, other) }))
  // An event that is alone in its write has no place.
  .map(({ index, lastIndex }) => ({ index: lastIndex === 0 ? 0 : index, lastIndex }))

test('an event comes back from its item as it went in', () => {
  fc.assert(
    fc.property(reprs, payloads, places, (event, payload, place) => {
      const item = eventItem(config, event, payload, place)

      const { persistenceId, sequenceNr, manifest, writerUuid, timestamp, tags, deleted } = event
      expect(readEventItem(item, 'events', persistenceId, partitionOf(sequenceNr))).toEqual({
        sequenceNr,
        manifest,
        writerUuid,
        timestamp,
        tags,
        deleted,
        payload,
        isPacked: false,
        ...place,
      })
    }),
    { numRuns: 500 },
  )
})

test('timestamps keep their order when they are rounded to microseconds', () => {
  const times = fc.double({ min: 1, max: 4e12, noNaN: true })
  const storedTime = (event: PersistentRepr, payload: SerializedPayload, timestamp: number): number => {
    const item = eventItem(config, { ...event, timestamp }, payload, { index: 0, lastIndex: 0 })
    return readEventItem(item, 'events', event.persistenceId, partitionOf(event.sequenceNr)).timestamp
  }

  fc.assert(
    fc.property(reprs, payloads, times, times, (event, payload, one, other) => {
      const [earlier, later] = [Math.min(one, other), Math.max(one, other)].map((time) =>
        storedTime(event, payload, time),
      )

      expect(later).toBeGreaterThanOrEqual(earlier as number)
      expect(Math.abs((later as number) - Math.max(one, other))).toBeLessThan(0.001)
    }),
  )
})

test('a stepping stone reads as the first of two', () => {
  fc.assert(
    fc.property(persistenceIds, sequenceNrs, fc.uuid(), (persistenceId, sequenceNr, writerUuid) => {
      const stone = readEventItem(
        steppingStoneItem(config, persistenceId, sequenceNr, writerUuid),
        'events',
        persistenceId,
        partitionOf(sequenceNr),
      )

      expect(stone).toMatchObject({ sequenceNr, writerUuid, index: 0, lastIndex: 1 })
    }),
  )
})
