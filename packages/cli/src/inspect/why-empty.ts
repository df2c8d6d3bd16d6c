import { Attributes, type Requests } from '@dynact/dynamodb'

/** So many items are enough to see whose they are. */
const LOOKED_AT = 100
/** A key of anything that a journal or snapshot store has. */
const KEY = /^(.+?)-(?:P|SH|SL|SP)-/

/** Where something is looked for. */
export interface EmptyPlace {
  readonly requests: Requests
  readonly table: string
  readonly journalName: string
  readonly signal: AbortSignal
}

/** Why nothing of a journal may be in a table, for who expected something there. Costs one read of a hundred items. */
export const whyEmpty = async ({ requests, table, journalName, signal }: EmptyPlace): Promise<string> => {
  const { Items = [] } = await requests.send(
    'Scan',
    {
      TableName: table,
      Limit: LOOKED_AT,
      ProjectionExpression: '#par',
      ExpressionAttributeNames: { '#par': Attributes.PAR },
    },
    { signal, priority: 'feed', purpose: `table ${table}: looking at some items` },
  )
  if (Items.length === 0) return `table ${table} is empty.`
  const names = new Set(Items.flatMap((item) => KEY.exec(item[Attributes.PAR]?.S ?? '')?.[1] ?? []))
  names.delete(journalName)
  const what = `table ${table} has items, but none of journal ${JSON.stringify(journalName)} are among those looked at.`
  if (names.size === 0) return `${what} Is it the table of events? dynact tables check says whether it could be.`
  return `${what} Give --journal-name: there are ${[...names].map((name) => JSON.stringify(name)).join(', ')}.`
}
