// @ts-check
// Fills tables past everybody's journal, with what single persists leave there.
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb'
import { itemOf } from './events.js'
import { inParallel } from './rounds.js'

/**
 * @param {import('./lab.js').Endpoint} endpoint
 * @param {string} table
 * @param {readonly import('@aws-sdk/client-dynamodb').WriteRequest[]} puts
 */
export const putAll = async ({ client }, table, puts) => {
  await inParallel(Math.ceil(puts.length / 25), 8, async (batch) => {
    const RequestItems = { [table]: puts.slice(batch * 25, batch * 25 + 25) }
    const { UnprocessedItems = {} } = await client.send(new BatchWriteItemCommand({ RequestItems }))
    if (Object.keys(UnprocessedItems).length > 0) throw new Error(`Items of table ${table} were left unprocessed`)
  })
}

/**
 * The events 1 to `count` of ids, and their high marks, which the JVM plugin needs.
 * @param {import('./lab.js').Endpoint} endpoint
 * @param {string} table
 * @param {readonly string[]} ids
 * @param {number} count
 */
export const seedEvents = (endpoint, table, ids, count) =>
  putAll(
    endpoint,
    table,
    ids.flatMap((id) => [
      ...Array.from({ length: count }, (_, index) => ({ PutRequest: { Item: itemOf(id, index + 1) } })),
      ...Array.from({ length: Math.floor(count / 100) }, (_, index) => index + 1)
        .slice(-10)
        .map((hundred) => ({
          PutRequest: {
            Item: {
              par: { S: `journal-SH-${id}-${hundred % 10}` },
              num: { N: '0' },
              seq: { N: String(hundred * 100) },
            },
          },
        })),
    ]),
  )
