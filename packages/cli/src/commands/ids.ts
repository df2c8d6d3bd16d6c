import { type AddCommand, examples, remark } from '../add-command.js'
import { wholeNumber } from '../arguments.js'
import { visible } from '../visible.js'

const MAX_PAGE_SIZE = 1_000

interface Flags {
  readonly prefix?: string
  readonly limit?: number
  readonly from?: string
}

/** `dynact ids`: every id, page by page. */
export const addIds: AddCommand = (parent, handle) => {
  parent
    .command('ids')
    .description('list every persistence id, in no order')
    .option('--prefix <text>', 'only ids that begin with it')
    .option('--limit <count>', 'at most so many', wholeNumber(1))
    .option('--from <cursor>', 'go on where an interrupted listing said')
    .addHelpText(
      'after',
      remark(`Reads the index persistence-ids-idx where the table has it, of that only the ids with the prefix, else the whole table. Characters
that a terminal does not show are printed as \\u{…}; --json has them as they are.`),
    )
    .addHelpText('after', examples('ids', 'ids --prefix "Order|" --limit 20', 'ids --json'))
    .action(
      handle(async (call, { prefix = '', limit, from }: Flags) => {
        const { connection, output, signal } = call
        let count = 0
        const pageSize = Math.min(limit ?? MAX_PAGE_SIZE, MAX_PAGE_SIZE)
        const pages = connection.readJournal({ pageSize }).currentPersistenceIdPages({ from, prefix, signal })
        let itemsRead = 0
        for await (const page of pages) {
          for (const persistenceId of page.persistenceIds) {
            await output.record({ persistenceId }, () => visible(persistenceId))
            count++
            if (count === limit) return
          }
          signal.throwIfAborted()
          const left = limit === undefined ? {} : { '--limit': String(limit - count) }
          call.resumeHint = page.next && call.again({ ...left, '--from': page.next })
          itemsRead += page.itemsRead ?? 0
          output.progress(`${count} ids, among ${itemsRead} items looked at`)
        }
        if (count > 0 || from !== undefined) return
        const what = prefix === '' ? 'No ids' : `No ids that begin with ${visible(prefix)}`
        output.note(`${what}: ${await connection.whyEmpty(signal)}`)
      }),
    )
}
