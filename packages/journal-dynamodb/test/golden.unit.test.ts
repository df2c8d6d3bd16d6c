// The items that we write are those that the real Pekko plugin wrote, attribute for attribute, but for our own.
import { eventItem, type Item, markItem } from '@dynact/dynamodb'
import { readGolden } from '../../../tools/pekko-peer/golden.js'
import { harnessSerialization } from '../../../tools/pekko-peer/harness-serialization.js'
import { payloadOf, type SeenEvent } from '../../../tools/pekko-peer/typed-value.js'

const golden = readGolden()
const serialization = harnessSerialization()
const itemsByPlace = new Map(golden.journal.map((item) => [`${item['persistence_id']?.S} ${item['seq']?.N}`, item]))

/** The events that the JVM recovered and had stored in the current layout, with their items. */
const cases = golden.ids.flatMap(({ pid, events, eventsWithoutSnapshot = events }) =>
  eventsWithoutSnapshot.flatMap((event): { pid: string; event: SeenEvent; item: Item }[] => {
    const item = itemsByPlace.get(`${pid} ${event.seq}`)
    return item?.['event'] === undefined ? [] : [{ pid, event, item }]
  }),
)
const manifestOf = (event: SeenEvent): string => (event.type === 'adapted' ? (event.value.manifest ?? '') : '')

const ourItem = async (pid: string, event: SeenEvent, item: Item, timestamp: number): Promise<Item> => {
  const { seq: sequenceNr } = event
  const repr = {
    persistenceId: pid,
    sequenceNr,
    payload: payloadOf(event),
    manifest: manifestOf(event),
    writerUuid: item['writer_uuid']?.S ?? '',
    timestamp,
    tags: [],
  }
  const payload = await serialization.serialize(repr.payload, { persistenceId: pid, sequenceNr })
  const place = { index: Number(item['idx']?.N ?? 0), lastIndex: Number(item['cnt']?.N ?? 0) }
  return eventItem(golden.config, repr, payload, place)
}

test('nearly all stored items are compared', () => {
  // The rest: 126 in the legacy layout, what only a crash leaves, what the JVM loses, and marks.
  expect(cases.length).toBeGreaterThan(1_050)
  expect(new Set(cases.map(({ event }) => event.type)).size).toBe(8)
})

test('an event is stored as the JVM stores it', async () => {
  for (const { pid, event, item } of cases) expect(await ourItem(pid, event, item, 0)).toEqual(item)
})

test('a timestamp adds our attribute ts and changes nothing else', async () => {
  for (const { pid, event, item } of cases)
    expect(await ourItem(pid, event, item, 1_700_000_000_000.5)).toEqual({ ...item, ts: { N: '1700000000000500' } })
})

test('marks are stored as the JVM stores them', () => {
  const stored = golden.journal.filter((item) => /^journal-S[HL]-/.test(item['par']?.S ?? ''))

  const ours = golden.ids.flatMap(({ pid, lowItems, highItems }) => [
    ...highItems.map((sequenceNr) => markItem(golden.config, 'SH', pid, sequenceNr)),
    ...lowItems.map((sequenceNr) => markItem(golden.config, 'SL', pid, sequenceNr)),
  ])

  const byKey = (a: Item, b: Item) => ((a['par']?.S ?? '') < (b['par']?.S ?? '') ? -1 : 1)
  expect(ours.toSorted(byKey)).toEqual(stored.toSorted(byKey))
})
