import { type AddCommand, examples, remark } from '../add-command.js'
import { amount } from '../arguments.js'
import { estimateCost, type Prices, US_EAST_1 } from '../inspect/estimate-cost.js'
import { tableStats } from '../inspect/table-stats.js'

const dollars = (amountOf: number): string => `$${amountOf < 1 ? amountOf.toPrecision(2) : amountOf.toFixed(2)}`

/** `dynact stats`: counts, and an estimate of what it costs. */
export const addStats: AddCommand = (parent, handle) => {
  parent
    .command('stats')
    .description("count the journal's ids, events and bytes, and estimate the cost")
    .option('--price-storage <dollars>', 'per GB and month', amount, US_EAST_1.priceStorage)
    .option('--price-read <dollars>', 'per million read units', amount, US_EAST_1.priceRead)
    .option('--price-write <dollars>', 'per million write units', amount, US_EAST_1.priceWrite)
    .addHelpText(
      'after',
      remark(`Reads the whole table once, and the ids. The prices are those of tables paid per request, class Standard, in us-east-1; look up
those of your region. Indexes, backups and streams are not in the estimate; a read that is not strongly consistent costs half.`),
    )
    .addHelpText('after', examples('stats', 'stats --json', 'stats --price-storage 0.306'))
    .action(
      handle(async ({ connection, output, signal }, prices: Prices) => {
        const { table, journalName } = connection.settings
        const stats = await tableStats(connection.requests(table), table, journalName, signal, ({ items, events }) =>
          output.progress(`${items} items, ${events} events`),
        )
        let ids = 0
        for await (const { persistenceIds } of connection.readJournal().currentPersistenceIdPages({ signal })) {
          ids += persistenceIds.length
          output.progress(`${stats.events} events of ${ids} ids`)
        }
        const cost = estimateCost(stats, prices)
        await output.record({ table, ids, ...stats, cost }, () =>
          [
            `${table}: ${ids} ids, ${stats.events} events, ${stats.marks} marks, ${stats.expiring} deleted and not yet removed, ${stats.others} other items`,
            `  ${stats.bytes} bytes in ${stats.items} items, the largest ${stats.largestItemBytes}`,
            `  storing them: ${dollars(cost.storagePerMonth)} a month`,
            `  having written them: ${dollars(cost.writingOnce)} (${stats.writeUnits} write units)`,
            `  reading them all once: ${dollars(cost.readingOnce)} (${stats.readUnits} read units)`,
          ].join('\n'),
        )
        if (stats.events === 0 && ids === 0) output.note(`Nothing of the journal: ${await connection.whyEmpty(signal)}`)
      }),
    )
}
