import { Attributes } from './attributes.js'
import type { Item } from './item.js'
import type { Fail } from './legacy-bytes.js'

/**
 * Is it deleted, and only waits for DynamoDB to remove it, which may take days longer than its time to live? No reader takes notice
 * of such an item.
 */
export const isExpiring = (item: Item): boolean => item[Attributes.EXPIRY]?.N !== undefined

/** Refuses a live item whose `expiry` is no number: whether it was deleted nobody knows, and DynamoDB would not remove it. */
export const checkExpiry = (item: Item, fail: Fail): void => {
  if (item[Attributes.EXPIRY] !== undefined) fail(`${Attributes.EXPIRY} is not a number`)
}
