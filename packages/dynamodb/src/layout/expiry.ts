import { Attributes } from './attributes.js'
import type { Item } from './item.js'

/**
 * Is it deleted, and only waits for DynamoDB to remove it, which may take days longer than its time to live? No reader takes notice
 * of such an item.
 */
export const isExpiring = (item: Item): boolean => item[Attributes.EXPIRY] !== undefined
