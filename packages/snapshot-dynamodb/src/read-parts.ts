import { createHash } from 'node:crypto'
import { Attributes, getItems, type Item, inParallel, partKeys, type SnapshotParts } from '@dynact/dynamodb'
import type { SnapshotMetadata } from '@dynact/persistence'
import type { SnapshotCall } from './snapshot-context.js'

/** So many parts of 400 KB are 2.2 MB of JSON, which must come within `retry.attemptMs`. */
const PARTS_A_REQUEST = 4
/** They share the line, and that time. */
const PARALLEL_REQUESTS = 2

/** Why the parts of a snapshot don't add up to it. */
export class DamagedPartsError extends Error {
  override readonly name: string = 'DamagedPartsError'
}

/**
 * The bytes of a split snapshot. Strongly consistent; costs one read unit per begun 4 KiB of each part, and a request for every
 * 4 parts.
 *
 * @throws {@link DamagedPartsError} a part is missing or is none, or all together are not what was saved.
 */
export const readParts = async (
  { config, requests, options }: SnapshotCall,
  of: SnapshotMetadata,
  { set, count, hash }: SnapshotParts,
): Promise<Uint8Array> => {
  const keys = partKeys(config.journalName, { set, of, count })
  const starts = Array.from({ length: Math.ceil(count / PARTS_A_REQUEST) }, (_, index) => index * PARTS_A_REQUEST)
  const groups: Uint8Array[][] = []
  await inParallel(starts, PARALLEL_REQUESTS, async (start, index) => {
    const some = keys.slice(start, start + PARTS_A_REQUEST)
    const items = await getItems(requests, config.table, some, options)
    const byKey = new Map(items.map((item) => [keyOf(item), item[Attributes.PART_DATA]?.B]))
    groups[index] = some.map((key, place) => {
      const part = byKey.get(keyOf(key))
      if (part !== undefined) return part
      throw new DamagedPartsError(`part ${start + place + 1} of ${count}, ${keyOf(key)}, is not there or is none`)
    })
  })
  const bytes = Buffer.concat(groups.flat())
  if (createHash('sha256').update(bytes).digest().equals(hash)) return bytes
  throw new DamagedPartsError(`its ${count} parts together are not what was saved: their hash is another`)
}

const keyOf = (item: Item): string => item[Attributes.PAR]?.S ?? ''
