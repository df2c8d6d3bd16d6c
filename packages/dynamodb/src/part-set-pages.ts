import { isPersistenceError, type PersistenceError } from '@dynact/persistence'
import { getItems } from './get-items.js'
import { Attributes } from './layout/attributes.js'
import type { Item } from './layout/item.js'
import { type PartSet, readPartSetItem } from './layout/part-item.js'
import { snapshotKey, snapshotPartitionKey } from './layout/snapshot-key.js'
import { queryPages } from './query-pages.js'
import type { RequestOptions, Requests } from './requests.js'

/** Some of the sets of parts of an id. */
export interface PartSetPage {
  readonly sets: readonly PartSet[]
  /** Those that are `done` and that their snapshots name, as far as reads can tell. */
  readonly inUse: ReadonlySet<PartSet>
  /** Of records that can't be read. */
  readonly errors: readonly PersistenceError[]
}

/**
 * Reads the records of the sets of parts of an id's snapshots, strongly consistent, page by page. Costs a request and a read unit where
 * there are none; else one read unit more for each set that is `done`.
 */
export async function* partSetPages(
  requests: Requests,
  { table, journalName }: { readonly table: string; readonly journalName: string },
  persistenceId: string,
  options: RequestOptions,
): AsyncGenerator<PartSetPage, void> {
  const pages = queryPages(
    requests,
    {
      TableName: table,
      KeyConditionExpression: '#par = :par AND #seq < :zero',
      ExpressionAttributeNames: { '#par': Attributes.PAR, '#seq': Attributes.SEQ },
      ExpressionAttributeValues: {
        ':par': { S: snapshotPartitionKey(journalName, persistenceId) },
        ':zero': { N: '0' },
      },
      ConsistentRead: true,
    },
    options,
  )
  for await (const items of pages) {
    const { sets, errors } = readRecords(items, table, persistenceId)
    const done = sets.filter(({ state }) => state === 'done')
    const sequenceNrs = new Set(done.map(({ of }) => of.sequenceNr))
    const keys = [...sequenceNrs].map((sequenceNr) => snapshotKey(journalName, persistenceId, sequenceNr))
    const heads = await getItems(requests, table, keys, options, [Attributes.PART_SET])
    const named = new Set(heads.map((head) => head[Attributes.PART_SET]?.N))
    yield { sets, inUse: new Set(done.filter(({ set }) => named.has(set))), errors }
  }
}

const readRecords = (items: readonly Item[], table: string, persistenceId: string) => {
  const [sets, errors]: [PartSet[], PersistenceError[]] = [[], []]
  for (const item of items) {
    try {
      sets.push(readPartSetItem(item, table, persistenceId))
    } catch (error) {
      if (!isPersistenceError(error)) throw error
      errors.push(error)
    }
  }
  return { sets, errors }
}
