import { Attributes, type Item, type RequestOptions, type Requests, snapshotPartitionKey } from '@dynact/dynamodb'
import type { DynamoDBJournal } from '@dynact/journal-dynamodb'
import type { DynamoDBReadJournal, PersistenceIdPage } from '@dynact/query-dynamodb'
import type { DynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import { scanPages } from '../inspect/scan-pages.js'

/** Where {@link allIdPages} looks. */
export interface AllIdsSource {
  readonly readJournal: DynamoDBReadJournal
  readonly journal: DynamoDBJournal
  /** `undefined`: only ids of the journal. */
  readonly snapshotStore: DynamoDBSnapshotStore | undefined
  /** Of the snapshot table. */
  readonly requests: Requests
  readonly signal: AbortSignal
}

const SNAPSHOTS = 'snapshots:'

/** Every id of a journal, and then those that have snapshots only: of them the journal knows nothing. Can be resumed. */
export async function* allIdPages(
  source: AllIdsSource,
  from: string | undefined,
): AsyncGenerator<PersistenceIdPage, void> {
  const { readJournal, snapshotStore, signal } = source
  if (from?.startsWith(SNAPSHOTS) !== true)
    for await (const { persistenceIds, next } of readJournal.currentPersistenceIdPages({ from, signal }))
      yield { persistenceIds, next: next ?? (snapshotStore && SNAPSHOTS) }
  if (snapshotStore !== undefined)
    yield* snapshotOnlyPages(source, snapshotStore, from?.startsWith(SNAPSHOTS) ? from.slice(SNAPSHOTS.length) : '')
}

async function* snapshotOnlyPages(
  { journal, requests, signal }: AllIdsSource,
  { config }: DynamoDBSnapshotStore,
  par: string,
): AsyncGenerator<PersistenceIdPage, void> {
  const { table, journalName } = config
  const options: RequestOptions = { signal, priority: 'feed', purpose: `table ${table}: listing the ids` }
  const input = {
    TableName: table,
    ProjectionExpression: '#par, #seq',
    ExpressionAttributeNames: { '#par': Attributes.PAR, '#seq': Attributes.SEQ },
  }
  const prefix = snapshotPartitionKey(journalName, '')
  let before = par
  for await (const { items, next } of scanPages(requests, input, options, startKey(par))) {
    const ids: string[] = []
    for (const item of items) {
      const hash = item[Attributes.PAR]?.S ?? ''
      if (hash !== before && hash.startsWith(prefix)) ids.push(hash.slice(prefix.length))
      before = hash
    }
    const highest = await Promise.all(
      ids.map((id) => journal.readHighestSequenceNr(id, 0, { signal, priority: 'feed' })),
    )
    const persistenceIds = ids.filter((_, index) => highest[index] === 0)
    yield { persistenceIds, next: next && `${SNAPSHOTS}${before}` }
  }
}

/** Behind all items of a hash key: it is told already. */
const startKey = (par: string): Item | undefined =>
  par === '' ? undefined : { [Attributes.PAR]: { S: par }, [Attributes.SEQ]: { N: String(Number.MAX_SAFE_INTEGER) } }
