import { Attributes, getItems, type Item, parsePartKey, partSetKey, type RequestOptions } from '@dynact/dynamodb'
import type { Finding } from './finding.js'
import { scanPages } from './scan-pages.js'
import type { SnapshotSource } from './verify-snapshots.js'

/** A part that has been found. */
interface FoundPart {
  /** Its key, and that of the record of its set. */
  readonly key: Item
  readonly record: Item
  readonly persistenceId: string
  readonly sequenceNr: number
  readonly set: string
  readonly place: number
}

const KEY = [Attributes.PAR, Attributes.SEQ] as const

/**
 * Looks through the whole snapshot table for parts that no record tells of: no deletion ever finds them. Reads the table once, and the
 * record of every set. Keeps in memory which sets it has told of.
 *
 * @param onPage - is told how many parts have been looked at.
 */
export async function* findOrphanedParts(
  { store: { config }, requests }: SnapshotSource,
  signal: AbortSignal,
  onPage: (parts: number) => void,
): AsyncGenerator<Finding, void> {
  const { table, journalName } = config
  const options: RequestOptions = { signal, priority: 'feed', purpose: `table ${table}: looking for lost parts` }
  const input = {
    TableName: table,
    FilterExpression: 'begins_with(#par, :parts)',
    ProjectionExpression: '#par, #seq, #id',
    ExpressionAttributeNames: { '#par': Attributes.PAR, '#seq': Attributes.SEQ, '#id': Attributes.PERSISTENCE_ID },
    ExpressionAttributeValues: { ':parts': { S: `${journalName}-SP-` } },
  }
  const told = new Set<string>()
  let count = 0
  for await (const { items } of scanPages(requests, input, options)) {
    count += items.length
    onPage(count)
    const parts = items.flatMap((item) => foundPart(journalName, item) ?? [])
    const keys = new Map(parts.map(({ record }) => [nameOf(record), record]))
    const records = await getItems(requests, table, [...keys.values()], options, [...KEY, Attributes.PART_COUNT])
    // A damaged count is the record's own finding.
    const counts = new Map(records.map((record) => [nameOf(record), Number(record[Attributes.PART_COUNT]?.N)]))
    const lost = parts.filter(({ record, place }) => place >= (counts.get(nameOf(record)) ?? 0))
    // A deletion takes the parts before their record: what is there still, now that the record is not, was left behind.
    const left = await getItems(
      requests,
      table,
      lost.map(({ key }) => key),
      options,
      KEY,
    )
    const names = new Set(left.map(nameOf))
    for (const { key, record, persistenceId, sequenceNr, set } of lost) {
      if (!names.has(nameOf(key)) || told.has(nameOf(record))) continue
      told.add(nameOf(record))
      const text = `parts of set ${set}, the item ${nameOf(key)} in table ${table} among them: no record tells of them, so that no deletion finds them`
      yield { kind: 'orphaned-parts', persistenceId, from: sequenceNr, to: sequenceNr, text }
    }
  }
}

const foundPart = (journalName: string, item: Item): FoundPart | undefined => {
  const { [Attributes.PAR]: par, [Attributes.SEQ]: seq, [Attributes.PERSISTENCE_ID]: id } = item
  const part = parsePartKey(journalName, par?.S ?? '')
  if (part === undefined || par === undefined || seq === undefined) return undefined
  const of = { persistenceId: id?.S ?? '', sequenceNr: Number(seq.N), timestamp: 0 }
  const key = { [Attributes.PAR]: par, [Attributes.SEQ]: seq }
  return { ...part, ...of, key, record: partSetKey(journalName, { set: part.set, of }) }
}

const nameOf = (item: Item): string => `${item[Attributes.PAR]?.S}, ${item[Attributes.SEQ]?.N}`
