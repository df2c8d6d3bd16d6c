import { FailedAttempt } from './errors.js'
import type { Item } from './layout/item.js'
import type { RequestOptions, Requests } from './requests.js'
import { unprocessed } from './undone.js'

/** The most deletions that DynamoDB takes in one BatchWriteItem. */
const MAX_BATCH = 25

/**
 * Deletes items by their keys, at most 25 a request, one request after the other, so that a failure leaves a rest at the end.
 * Costs one write unit per begun KiB of each.
 *
 * @throws {@link RequestFailedError} it was refused, or the deadline passed; a rest of the items is still there.
 */
export const deleteItems = async (
  requests: Requests,
  table: string,
  keys: readonly Item[],
  options: RequestOptions,
): Promise<void> => {
  for (let start = 0; start < keys.length; start += MAX_BATCH) {
    let remaining = keys.slice(start, start + MAX_BATCH).map((Key) => ({ DeleteRequest: { Key } }))
    await requests.retrying(async ({ send }) => {
      const output = await send('BatchWriteItem', { RequestItems: { [table]: remaining } })
      const left = output.UnprocessedItems?.[table] ?? []
      remaining = left.flatMap(({ DeleteRequest }) =>
        DeleteRequest?.Key ? [{ DeleteRequest: { Key: DeleteRequest.Key } }] : [],
      )
      if (remaining.length > 0) throw new FailedAttempt(unprocessed(remaining.length, 'deletions'))
    }, options)
  }
}
