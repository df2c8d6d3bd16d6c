import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { Attributes } from './layout/attributes.js'
import type { Item } from './layout/item.js'

const sameValue = (a: AttributeValue | undefined, b: AttributeValue): boolean => {
  if (a === undefined) return false
  if (b.S !== undefined) return a.S === b.S
  if (b.B !== undefined) return a.B !== undefined && Buffer.compare(a.B, b.B) === 0
  if (b.N !== undefined) return a.N !== undefined && Number(a.N) === Number(b.N)
  if (b.BOOL !== undefined) return a.BOOL === b.BOOL
  if (b.SS !== undefined) {
    const members = new Set(a.SS)
    return members.size === b.SS.length && b.SS.every((member) => members.has(member))
  }
  if (b.L !== undefined)
    return a.L?.length === b.L.length && b.L.every((entry, index) => sameValue(a.L?.[index], entry))
  if (b.M !== undefined)
    return a.M !== undefined && Object.keys(a.M).length === Object.keys(b.M).length && holds(a.M, b.M)
  // Nothing of ours has another type; what can't be compared is not ours.
  return false
}

/** The first event of a batch is not that event alone, and tagged it is not the one without tags: what lacks these says so. */
const TELLING_WHEN_ABSENT = [
  Attributes.INDEX,
  Attributes.LAST_INDEX,
  Attributes.EVENT_SERIALIZER_MANIFEST,
  Attributes.MANIFEST,
  Attributes.TAGS,
  Attributes.DELETED,
]

/**
 * Is every attribute of `ours` stored as we sent it, and none that we left out? Attributes that others added do not matter, nor does
 * its place in the feed, which it loses when it is deleted.
 */
export const holds = (stored: Item, ours: Item): boolean =>
  Object.entries(ours).every(([name, value]) => name === Attributes.FEED || sameValue(stored[name], value)) &&
  TELLING_WHEN_ABSENT.every((name) => name in ours || !(name in stored))
