// The read journal's conformance suite on every way of storing, with and without the indexes.
import type { JournalConfig, JournalTableConfig } from '@dynact/journal-dynamodb'
import { type ReadJournalCapabilities, readJournalConformance } from '@dynact/testkit'
import { onRealDynamoDB, testTransport } from '../../../tools/test-support/index.js'
import { QueryFixture } from './query-fixture.js'

interface Configuration {
  readonly table: JournalTableConfig
  readonly journal: Partial<JournalConfig>
  readonly capabilities?: Partial<ReadJournalCapabilities>
}

const keys = { queries: { projection: 'keys' } } as const
const all = { queries: { projection: 'all' } } as const

const CONFIGURATIONS: Readonly<Record<string, Configuration>> = {
  'marked, feed of keys': { table: keys, journal: keys },
  'packed, feed of all, index of ids': {
    table: { ...all, persistenceIdsIndex: true },
    journal: { ...all, atomicWrites: 'packed' },
  },
  'without a feed': {
    table: {},
    journal: { queries: undefined },
    capabilities: { eventsOfManyIds: false },
  },
  ...(onRealDynamoDB && {
    'transaction, feed of keys': {
      table: keys,
      journal: { ...keys, atomicWrites: 'transaction' },
      capabilities: { maxAtomicWrite: 100 },
    },
  }),
}

const isRun = ([, index]: readonly [string, number]) => testTransport !== 'sdk' || index === 0

describe.each(
  Object.keys(CONFIGURATIONS)
    .map((name, index) => [name, index] as const)
    .filter(isRun),
)('%s', (name) => {
  const { table, journal, capabilities } = CONFIGURATIONS[name] as Configuration
  const fixture = new QueryFixture()
  beforeAll(() => fixture.create(table))
  afterAll(() => fixture.remove())

  readJournalConformance(
    'dynamoDBReadJournal',
    () => ({
      journal: fixture.journal(journal),
      readJournal: fixture.readJournal({ refreshInterval: 50, ...(journal.queries && { queries: journal.queries }) }),
    }),
    capabilities && { capabilities },
  )
})
