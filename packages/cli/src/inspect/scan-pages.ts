import type { ScanCommandInput } from '@aws-sdk/client-dynamodb'
import type { Item, RequestOptions, Requests } from '@dynact/dynamodb'

/** A page of a table. */
export interface ScanPage {
  readonly items: readonly Item[]
  /** Where the next one begins; `undefined` behind the last. */
  readonly next: Item | undefined
}

/** All items of a table, page by page, strongly consistent; those of one hash key come one after the other. */
export async function* scanPages(
  requests: Requests,
  input: ScanCommandInput,
  options: RequestOptions,
  from?: Item,
): AsyncGenerator<ScanPage, void> {
  let startKey = from
  do {
    const page = await requests.send(
      'Scan',
      { ConsistentRead: true, ...input, ...(startKey && { ExclusiveStartKey: startKey }) },
      options,
    )
    startKey = page.LastEvaluatedKey
    yield { items: page.Items ?? [], next: startKey }
  } while (startKey !== undefined)
}
