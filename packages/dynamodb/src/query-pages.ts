import type { QueryCommandInput } from '@aws-sdk/client-dynamodb'
import type { Item } from './layout/item.js'
import type { RequestOptions, Requests } from './requests.js'

/** The items of a Query, page by page, every page followed to the end. Nothing is requested before the first `next()`. */
export async function* queryPages(
  requests: Requests,
  input: QueryCommandInput,
  options: RequestOptions,
): AsyncGenerator<Item[], void, undefined> {
  let startKey: Item | undefined
  do {
    const page = await requests.send(
      'Query',
      startKey === undefined ? input : { ...input, ExclusiveStartKey: startKey },
      options,
    )
    startKey = page.LastEvaluatedKey
    yield page.Items ?? []
  } while (startKey !== undefined)
}
