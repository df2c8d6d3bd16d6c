import {
  Attributes,
  type Item,
  isConflict,
  markItem,
  type RequestOptions,
  type Requests,
  raiseMark,
} from '@dynact/dynamodb'
import type { DynamoDBJournal } from '@dynact/journal-dynamodb'
import type { MarkFault } from './id-marks.js'
import type { IdReport } from './verify-id.js'

/** What was done to the marks of an id. */
export interface Repair {
  readonly done: readonly string[]
  /** What must be looked at by a person. */
  readonly left: readonly string[]
}

/**
 * Repairs the high marks of an id, which are hints: stores the one that is missing, and deletes those that are wrong. Low marks say
 * what was deleted, and are left alone. Each change needs the mark to be as it was found.
 */
export const repairMarks = async (
  { config }: DynamoDBJournal,
  requests: Requests,
  persistenceId: string,
  report: Pick<IdReport, 'markFaults' | 'missingMark'>,
  signal: AbortSignal,
): Promise<Repair> => {
  const options: RequestOptions = {
    signal,
    priority: 'snapshot',
    purpose: `${persistenceId}: repairing its marks`,
    persistenceId,
  }
  const done: string[] = []
  const left: string[] = []
  for (const { mark, text } of report.markFaults) {
    if (mark.kind === 'SL') left.push(`${text}: low marks say what was deleted; look at it`)
    else if (await unlessChanged(deleteMark(requests, config.table, mark, options))) done.push(`deleted: ${text}`)
    else left.push(`${text}: it was changed meanwhile; verify again`)
  }
  if (report.missingMark !== undefined) {
    const item = markItem(config, 'SH', persistenceId, report.missingMark)
    const stored = await raiseMark(requests, config.table, item, options)
    done.push(stored ? `stored the high mark ${report.missingMark}` : `the high mark ${report.missingMark} is there`)
  }
  return { done, left }
}

const deleteMark = (requests: Requests, table: string, { item }: MarkFault['mark'], options: RequestOptions) => {
  const { [Attributes.PAR]: par, [Attributes.NUM]: num, [Attributes.SEQ]: seq } = item
  const Key = { [Attributes.PAR]: par, [Attributes.NUM]: num } as Item
  return requests.send(
    'DeleteItem',
    {
      TableName: table,
      Key,
      ConditionExpression: seq === undefined ? 'attribute_not_exists(#seq)' : '#seq = :seq',
      ExpressionAttributeNames: { '#seq': Attributes.SEQ },
      ...(seq !== undefined && { ExpressionAttributeValues: { ':seq': seq } }),
    },
    options,
  )
}

const unlessChanged = async (request: Promise<unknown>): Promise<boolean> => {
  try {
    await request
    return true
  } catch (error) {
    if (isConflict(error)) return false
    throw error
  }
}
