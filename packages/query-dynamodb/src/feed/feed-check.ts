import { feedIndexFault } from '@dynact/dynamodb'
import { ConfigError } from '@dynact/persistence'
import { asRecoveryError } from '../as-recovery-error.js'
import type { QueryContext } from '../query-context.js'

/** Looks once whether the table has the feed index that the queries need. */
export class FeedCheck {
  readonly #context: QueryContext
  #isRight = false

  constructor(context: QueryContext) {
    this.#context = context
  }

  /**
   * @throws {@link ConfigError} the index is not there, or is another; the message says how to create it.
   * @throws {@link RecoveryError} DynamoDB refused, or could not be reached.
   */
  async check(signal: AbortSignal): Promise<void> {
    if (this.#isRight) return
    const { config, requests } = this.#context
    const { table, queries } = config
    const options = { signal, priority: 'feed', purpose: `table ${table}: looking for the feed index` } as const
    try {
      const { Table } = await requests.send('DescribeTable', { TableName: table }, options)
      const fault = feedIndexFault(Table ?? { TableName: table }, queries.projection)
      if (fault !== undefined) throw new ConfigError(fault)
    } catch (error) {
      throw asRecoveryError(table, 'The feed', error)
    }
    this.#isRight = true
  }
}
