import { randomUUID } from 'node:crypto'
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { cancellationReasons, cancelledBecause } from './cancellation.js'
import type { RequestOptions, Requests } from './requests.js'

/**
 * Carries out all of a few conditional writes, or none. Costs two write units per begun KiB of each item. Sending it again is
 * safe for ten minutes, by the transaction's token; after that its own conditions may fail because it has been carried out.
 *
 * @returns places of the writes whose conditions did not hold; none if all are carried out.
 * @throws {@link RequestFailedError} it was refused, or the deadline passed.
 */
export const writeTransaction = async (
  requests: Requests,
  writes: TransactWriteItem[],
  options: RequestOptions,
): Promise<readonly number[]> => {
  const input = { ClientRequestToken: randomUUID(), TransactItems: writes }
  return requests.retrying(async ({ send }) => {
    try {
      await send('TransactWriteItems', input)
      return []
    } catch (error) {
      const reasons = cancellationReasons(error)
      if (reasons === undefined) throw error
      const failed = reasons.flatMap(({ Code }, index) => (Code === 'ConditionalCheckFailed' ? [index] : []))
      if (failed.length === 0) throw cancelledBecause(reasons)
      return failed
    }
  }, options)
}
