/**
 * Put-if-absent of several items in one transaction: all or none at the service itself, at twice the write units.
 */
import { randomUUID } from 'node:crypto'
import type { CancellationReason } from '@aws-sdk/client-dynamodb'
import { cancellationReasons, cancelledBecause } from './cancellation.js'
import { type InsertOutcome, outcomeOf, STORED } from './insert-outcome.js'
import { Attributes } from './layout/attributes.js'
import type { Item } from './layout/item.js'
import type { RequestOptions, Requests, SendAttempt } from './requests.js'
import { resolveConflict } from './resolve-conflict.js'

/** The most items that DynamoDB takes in one transaction. */
export const MAX_TRANSACTION_ITEMS = 100
/** The most bytes that DynamoDB takes in one transaction. */
export const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024

/**
 * Inserts all items or none, each only where its key is free. Costs two write units per begun KiB of each item.
 * Sending it again is safe: for ten minutes by the transaction's token, after that because items just like ours are ours.
 *
 * @throws the signal's reason; whether they are stored is then unknown.
 */
export const insertInTransaction = async (
  requests: Requests,
  table: string,
  items: readonly Item[],
  options: RequestOptions,
): Promise<InsertOutcome> => {
  const input = {
    ClientRequestToken: randomUUID(),
    TransactItems: items.map((item) => ({
      Put: {
        TableName: table,
        Item: item,
        ConditionExpression: `attribute_not_exists(${Attributes.PAR})`,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      },
    })),
  }
  try {
    await requests.retrying(async ({ send }) => {
      try {
        await send('TransactWriteItems', input)
      } catch (error) {
        const reasons = cancellationReasons(error)
        if (reasons === undefined) throw error
        await judge(send, table, items, reasons)
      }
    }, options)
    return STORED
  } catch (error) {
    return outcomeOf(error)
  }
}

/** @throws what the reasons of a cancelled transaction come down to; returns when the items are stored already, by us. */
const judge = async (
  send: SendAttempt,
  table: string,
  items: readonly Item[],
  reasons: readonly CancellationReason[],
): Promise<void> => {
  let ours = 0
  for (const [index, reason] of reasons.entries()) {
    if (reason.Code !== 'ConditionalCheckFailed') continue
    const item = items[index]
    if (item === undefined) continue
    await resolveConflict(send, table, item, reason.Item)
    ours++
  }
  if (ours === items.length) return
  throw cancelledBecause(reasons)
}
