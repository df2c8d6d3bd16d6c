import { type AddCommand, examples } from '../add-command.js'
import { visible } from '../visible.js'

/** `dynact ids`: every id, page by page. */
export const addIds: AddCommand = (parent, handle) => {
  parent
    .command('ids')
    .description('list every persistence id, in no order')
    .option('--prefix <text>', 'only ids that begin with it')
    .option('--from <cursor>', 'go on where an interrupted listing said')
    .addHelpText(
      'after',
      `\nReads the index persistence-ids-idx where the table has it, else the whole table. Characters that a terminal does not show are
printed as \\u{…}; --json has them as they are.`,
    )
    .addHelpText('after', examples('ids', 'ids --prefix "Order|" | wc -l', 'ids --json'))
    .action(
      handle(async (call, { prefix = '', from }: { prefix?: string; from?: string }) => {
        const { connection, output, signal } = call
        let count = 0
        const pages = connection.readJournal().currentPersistenceIdPages({ from, signal })
        for await (const { persistenceIds, next } of pages) {
          for (const persistenceId of persistenceIds) {
            if (!persistenceId.startsWith(prefix)) continue
            await output.record({ persistenceId }, () => visible(persistenceId))
            count++
          }
          signal.throwIfAborted()
          call.resumeHint = next && `Go on with: dynact ids --from ${next}`
          output.progress(`${count} ids`)
        }
      }),
    )
}
