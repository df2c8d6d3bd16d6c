import type { KeysAndAttributes } from '@aws-sdk/client-dynamodb'
import { FailedAttempt } from './errors.js'
import type { Item } from './layout/item.js'
import type { RequestOptions, Requests } from './requests.js'
import { unprocessed } from './undone.js'

/** The most keys that DynamoDB takes in one BatchGetItem. */
const MAX_KEYS = 100

/**
 * Reads items by their keys, strongly consistent, at most 100 a request; in no order, without those that are not there.
 * Costs one read unit per begun 4 KiB of each, and one for each that is not there.
 *
 * @param attributes - gives these only, at the same cost.
 * @throws {@link RequestFailedError} it was refused, or the deadline passed with keys left unprocessed.
 */
export const getItems = async (
  requests: Requests,
  table: string,
  keys: readonly Item[],
  options: RequestOptions,
  attributes?: readonly string[],
): Promise<Item[]> => {
  const projection = attributes && {
    ProjectionExpression: attributes.map((_, index) => `#a${index}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name, index) => [`#a${index}`, name])),
  }
  const chunks: Item[][] = []
  for (let start = 0; start < keys.length; start += MAX_KEYS) chunks.push(keys.slice(start, start + MAX_KEYS))
  const found = await Promise.all(chunks.map((Keys) => getChunk(requests, table, { ...projection, Keys }, options)))
  return found.flat()
}

const getChunk = async (
  requests: Requests,
  table: string,
  wanted: KeysAndAttributes & { Keys: Item[] },
  options: RequestOptions,
): Promise<Item[]> => {
  const items: Item[] = []
  let remaining = wanted.Keys
  await requests.retrying(async ({ send }) => {
    const output = await send('BatchGetItem', {
      RequestItems: { [table]: { ...wanted, Keys: remaining, ConsistentRead: true } },
    })
    items.push(...(output.Responses?.[table] ?? []))
    remaining = output.UnprocessedKeys?.[table]?.Keys ?? []
    if (remaining.length > 0) throw new FailedAttempt(unprocessed(remaining.length, 'keys'))
  }, options)
  return items
}
