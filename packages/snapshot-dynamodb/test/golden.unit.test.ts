// The snapshots that we write are those that the real Pekko plugin wrote, attribute for attribute; its oldest ones we read.
import { type Item, readSnapshotItem, snapshotItem } from '@dynact/dynamodb'
import { readGolden } from '../../../tools/pekko-peer/golden.js'
import { harnessSerialization } from '../../../tools/pekko-peer/harness-serialization.js'
import { payloadOf } from '../../../tools/pekko-peer/typed-value.js'

const golden = readGolden()
const serialization = harnessSerialization()

/** The snapshots that the JVM recovered from, with their items. */
const cases = golden.ids.flatMap(({ pid, snapshot }) =>
  golden.snapshots
    .filter((item) => item['par']?.S === `journal-P-${pid}` && item['seq']?.N === String(snapshot?.seq))
    .flatMap((item) => (snapshot === undefined ? [] : [{ pid, snapshot, item }])),
)
const isLegacy = (item: Item): boolean => item['pay'] !== undefined
const named = (list: typeof cases) => list.map((entry) => [entry.pid, entry] as const)

test('every id with a snapshot is compared', () => {
  expect([cases.filter(({ item }) => isLegacy(item)).length, cases.length]).toEqual([4, 10])
})

test.each(named(cases.filter(({ item }) => !isLegacy(item))))('%s is stored as the JVM stores it', async (_, entry) => {
  const { pid, snapshot, item } = entry
  const metadata = { persistenceId: pid, sequenceNr: snapshot.seq, timestamp: snapshot.ts }

  const payload = await serialization.serialize(payloadOf(snapshot), metadata)

  expect(snapshotItem(golden.config.journalName, metadata, payload)).toEqual(item)
})

test.each(named(cases))('%s is read as the JVM reads it', async (_, { pid, snapshot, item }) => {
  const { metadata, payload } = readSnapshotItem(item, 'snapshots', pid)

  expect(metadata).toEqual({ persistenceId: pid, sequenceNr: snapshot.seq, timestamp: snapshot.ts })
  expect(await serialization.deserialize(payload, metadata)).toEqual(payloadOf(snapshot))
})
