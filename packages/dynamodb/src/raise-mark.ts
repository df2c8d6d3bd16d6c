import { isConflict } from './is-conflict.js'
import { Attributes } from './layout/attributes.js'
import type { Item } from './layout/item.js'
import type { RequestOptions, Requests } from './requests.js'

/**
 * Stores the item of a mark, unless there is one that is as high: a late retry must not lower it. One that says no number is replaced.
 * Costs one write unit.
 *
 * @returns whether it was stored.
 * @throws {@link RequestFailedError} it could not be stored.
 */
export const raiseMark = async (
  requests: Requests,
  table: string,
  item: Item,
  options: RequestOptions,
): Promise<boolean> => {
  const { [Attributes.SEQ]: seq = { N: '0' } } = item
  try {
    await requests.send(
      'PutItem',
      {
        TableName: table,
        Item: item,
        ConditionExpression: 'attribute_not_exists(#seq) OR #seq < :seq OR NOT attribute_type(#seq, :number)',
        ExpressionAttributeNames: { '#seq': Attributes.SEQ },
        ExpressionAttributeValues: { ':seq': seq, ':number': { S: 'N' } },
      },
      options,
    )
    return true
  } catch (error) {
    if (isConflict(error)) return false
    throw error
  }
}
