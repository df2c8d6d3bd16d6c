// The journal's conformance suite, on every way of storing. The project `int-sdk` runs the
// first once more on the SDK's transport: how events are stored is no business of the transport's.
import type { JournalConfig } from '@dynact/journal-dynamodb'
import { type JournalCapabilities, journalConformance } from '@dynact/testkit'
import { onRealDynamoDB, testTransport } from '../../../tools/test-support/index.js'
import { JournalFixture } from './journal-fixture.js'

const fixture = new JournalFixture()
beforeAll(() => fixture.create({ queries: {} }))
afterAll(() => fixture.remove())

/** A key has 2,048 bytes, of which `journal-SH-` and the digits of a hundred take their part. */
const LIMITS = { maxPersistenceIdBytes: 2_022, maxPayloadBytes: 409_600, fencesDeletedNumbers: false }

// With two connections, almost every write of several ids finds them taken: then it shares requests, or waits.
const groups = { maxConnections: 2 }
// The feed knows events by their time: one that has none gets that of its writing.
const feed = { ...groups, groupCommit: false, sequenceShards: 1, replayParallelism: 1, queries: {} }
const TIMED = { keepsUnknownTimes: false }
const PACKED = { fencesWithinBatches: false }
const TRANSACTION = { maxAtomicWrite: 100 }

// Every mode with each of the others on and off.
const CONFIGS: readonly (readonly [string, Partial<JournalConfig>, Partial<JournalCapabilities>])[] = [
  ['marked, in groups', groups, {}],
  ['marked, one by one, in the feed', feed, TIMED],
  ['packed, in groups', { ...groups, atomicWrites: 'packed' }, PACKED],
  ['packed, one by one, in the feed', { ...feed, atomicWrites: 'packed' }, { ...PACKED, ...TIMED }],
  ...(onRealDynamoDB
    ? ([
        ['transaction, in groups', { ...groups, atomicWrites: 'transaction' }, TRANSACTION],
        [
          'transaction, one by one, in the feed',
          { ...feed, atomicWrites: 'transaction' },
          { ...TRANSACTION, ...TIMED },
        ],
      ] as const)
    : []),
]

for (const [name, config, capabilities] of testTransport === 'sdk' ? CONFIGS.slice(0, 1) : CONFIGS)
  journalConformance(
    `dynamoDBJournal, ${name}`,
    () => ({
      journal: fixture.journal(config),
      openAnother: () => fixture.journal(config),
      cleanUp: () => fixture.reset(),
    }),
    { capabilities: { ...LIMITS, ...capabilities } },
  )
