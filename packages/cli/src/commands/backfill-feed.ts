import { backfillFeed } from '@dynact/query-dynamodb'
import { type AddCommand, examples, remark } from '../add-command.js'
import { wholeNumber } from '../arguments.js'

/** `dynact backfill-feed`: events of the JVM, or of before there were queries, into the feed index. */
export const addBackfillFeed: AddCommand = (parent, handle) => {
  parent
    .command('backfill-feed')
    .description('put events that are not in the feed index into it')
    .option('--from <cursor>', 'go on where an interrupted run said')
    .option('--parallelism <count>', 'how many hundreds of events at once', wholeNumber(1, 1000), 8)
    .addHelpText('after', remark('May run beside writers, and again. What it costs: docs/projections.md, Back-fill.'))
    .addHelpText('after', examples('backfill-feed', 'backfill-feed --parallelism 2'))
    .action(
      handle(async (call, { from, parallelism }: { from?: string; parallelism: number }) => {
        const { connection, output, signal } = call
        const { table, journalName, queries } = connection.settings
        call.resumeHint = call.again({})
        const { scanned, updated } = await backfillFeed({
          client: connection.client,
          table,
          journalName,
          parallelism,
          signal,
          ...(queries !== undefined && { queries: connection.journal().config.queries ?? {} }),
          ...(from !== undefined && { from }),
          onProgress: ({ scanned, updated, cursor }) => {
            if (cursor !== undefined) call.resumeHint = call.again({ '--from': cursor })
            output.progress(`${scanned} items, ${updated} put into the feed`)
          },
        })
        await output.record({ scanned, updated }, () => `${scanned} items, ${updated} put into the feed`)
      }),
    )
}
