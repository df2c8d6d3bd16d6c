import { inParallel } from './in-parallel.js'
import { isConflict } from './is-conflict.js'
import { Attributes } from './layout/attributes.js'
import type { Item } from './layout/item.js'
import type { RequestOptions, Requests } from './requests.js'

/** Updates under way at once: all of them would keep every other request waiting. */
const PARALLEL_UPDATES = 8
const MS_PER_SECOND = 1_000

/** What must hold of an item, as DynamoDB takes it. */
export interface Condition {
  readonly ConditionExpression: string
  readonly ExpressionAttributeNames: Record<string, string>
  readonly ExpressionAttributeValues: Item
}

/**
 * Deletes items for all readers, and leaves their removal to DynamoDB's time to live: gives each an expiry, and takes it out of
 * the feed. One that is gone, or has an expiry already, is left as it is: an update without a condition would bring a phantom of
 * it back. Costs a request, and a write unit per begun KiB, of each; the removal costs nothing.
 *
 * @param onlyIf - what else must hold of an item.
 * @throws {@link RequestFailedError} it was refused, or the deadline passed; some of the items are as they were.
 */
export const expireItems = async (
  requests: Requests,
  table: string,
  keys: readonly Item[],
  timeToLiveMs: number,
  options: RequestOptions,
  onlyIf?: Condition,
): Promise<void> => {
  const expiry = String(Math.ceil((Date.now() + timeToLiveMs) / MS_PER_SECOND))
  const isThere = 'attribute_exists(#par) AND attribute_not_exists(#expiry)'
  await inParallel(keys, PARALLEL_UPDATES, async (Key) => {
    try {
      await requests.send(
        'UpdateItem',
        {
          TableName: table,
          Key,
          UpdateExpression: 'SET #expiry = :expiry REMOVE #feed',
          ConditionExpression: onlyIf === undefined ? isThere : `${isThere} AND ${onlyIf.ConditionExpression}`,
          ExpressionAttributeNames: {
            '#par': Attributes.PAR,
            '#expiry': Attributes.EXPIRY,
            '#feed': Attributes.FEED,
            ...onlyIf?.ExpressionAttributeNames,
          },
          ExpressionAttributeValues: { ':expiry': { N: expiry }, ...onlyIf?.ExpressionAttributeValues },
        },
        options,
      )
    } catch (error) {
      if (!isConflict(error)) throw error
    }
  })
}
