import type { TableDescription } from '@aws-sdk/client-dynamodb'
import { Attributes, FEED_INDEX } from './layout/attributes.js'
import { type FeedProjection, feedIndexSchema } from './layout/table-schema.js'

/**
 * What is wrong with a table's feed index, and what to do; `undefined` if it is as it should be. One that projects more than
 * is needed is right.
 */
export const feedIndexFault = (table: TableDescription, projection: FeedProjection): string | undefined => {
  const index = table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === FEED_INDEX)
  const schema = feedIndexSchema(projection)
  const name = `The index ${FEED_INDEX} of table ${table.TableName}`
  if (index === undefined)
    return `${name} is not there. Create it: ${updateCommand(table.TableName ?? '', schema)} (it then takes in the events that have its attributes; those written before have none).`
  const keys = (parts: typeof schema.KeySchema): string =>
    (parts ?? []).map(({ AttributeName, KeyType }) => `${AttributeName} (${KeyType})`).join(', ')
  if (keys(index.KeySchema) !== keys(schema.KeySchema))
    return `${name} has the keys ${keys(index.KeySchema)}, where dynact needs ${keys(schema.KeySchema)}. Delete the index and create it anew: ${updateCommand(table.TableName ?? '', schema)}`
  const { ProjectionType: type, NonKeyAttributes: projected = [] } = index.Projection ?? {}
  const missing = (schema.Projection?.NonKeyAttributes ?? []).filter((attribute) => !projected.includes(attribute))
  if (type === 'ALL' || (projection === 'keys' && type === 'INCLUDE' && missing.length === 0)) return undefined
  const has = type === 'INCLUDE' ? projected.join(', ') : String(type)
  const advice =
    projection === 'all' ? `Set queries.projection to 'keys', or create the index anew.` : 'Create the index anew.'
  return `${name} projects ${has}, where dynact needs ${schema.Projection?.NonKeyAttributes?.join(', ') ?? 'ALL'}. ${advice}`
}

const updateCommand = (
  table: string,
  { IndexName, KeySchema, Projection }: ReturnType<typeof feedIndexSchema>,
): string =>
  [
    `aws dynamodb update-table --table-name ${table}`,
    `--attribute-definitions AttributeName=${Attributes.FEED},AttributeType=S AttributeName=${Attributes.TIMESTAMP},AttributeType=N`,
    `--global-secondary-index-updates '${JSON.stringify([{ Create: { IndexName, KeySchema, Projection } }])}'`,
  ].join(' ')
