// The snapshot store's conformance suite, on every way of storing. The project `int-sdk`
// runs the first once more on the SDK's transport: how snapshots are stored is no business of the transport's.
import type { SnapshotStoreConfig } from '@dynact/snapshot-dynamodb'
import { snapshotStoreConformance } from '@dynact/testkit'
import { onRealDynamoDB, testTransport } from '../../../tools/test-support/index.js'
import { SnapshotFixture } from './snapshot-fixture.js'

const fixture = new SnapshotFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())

const always = { algorithm: 'zlib', minBytes: 0 } as const

const CONFIGS: readonly (readonly [string, Partial<SnapshotStoreConfig>, number])[] = [
  ['plain', {}, 409_600],
  ['compressed', { compression: always }, 409_600],
  ...(onRealDynamoDB
    ? ([
        // An id of 2,022 bytes is part of every item.
        ['split', { split: { maxBytes: 300_000 }, maxItemSize: 8_000 }, 300_000],
        ['compressed and split', { split: { maxBytes: 300_000 }, maxItemSize: 8_000, compression: always }, 300_000],
      ] as const)
    : []),
]

for (const [name, config, maxSnapshotBytes] of testTransport === 'sdk' ? CONFIGS.slice(0, 1) : CONFIGS)
  snapshotStoreConformance(
    `dynamoDBSnapshotStore, ${name}`,
    () => ({
      snapshotStore: fixture.store(config),
      openAnother: () => fixture.store(config),
      cleanUp: () => fixture.reset(),
    }),
    { capabilities: { maxPersistenceIdBytes: 2_022, maxSnapshotBytes } },
  )
