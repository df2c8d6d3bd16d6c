import { eventsCleanup } from '@dynact/query-dynamodb'
import { type AddCommand, examples } from '../add-command.js'
import { wholeNumber } from '../arguments.js'
import { UsageError } from '../cli-error.js'
import { confirm } from '../confirm.js'
import { visible } from '../visible.js'

interface Flags {
  readonly to?: number
  readonly keepSnapshots?: boolean
  readonly resetSequenceNumber?: boolean
  readonly yes?: boolean
}

/** `dynact delete`: events and snapshots of single ids. */
export const addDelete: AddCommand = (parent, handle) => {
  parent
    .command('delete')
    .description('delete the events and snapshots of ids')
    .argument('<ids...>', 'the persistence ids')
    .option('--to <sequenceNr>', 'only events up to this one, and no snapshots', wholeNumber(1))
    .option('--keep-snapshots', 'delete events only')
    .option(
      '--reset-sequence-number',
      'forget the highest number too: the next event is 1 again; see docs/projections.md',
    )
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nThe next event is the highest number + 1. Deleting again resumes what was interrupted.')
    .addHelpText('after', examples('delete orders-7', 'delete orders-7 --to 1000 --yes'))
    .action(
      handle(async (call, ids: readonly string[], { to, keepSnapshots, resetSequenceNumber, yes = false }: Flags) => {
        const { connection, output, signal } = call
        if (to !== undefined && resetSequenceNumber === true)
          throw new UsageError('--to goes without --reset-sequence-number. Give one or the other.')
        const what = to === undefined ? 'all events' : `the events up to ${to}`
        const snapshots = to === undefined && keepSnapshots !== true
        const all = `${what}${snapshots ? ' and snapshots' : ''}`
        await confirm(call, `deletes ${all} of ${ids.map(visible).join(', ')}`, { yes })
        const journal = connection.journal()
        if (to !== undefined) {
          for (const id of ids) await journal.deleteEventsTo(id, to, { signal })
        } else {
          const cleanup = eventsCleanup({ journal, ...(snapshots && { snapshotStore: connection.snapshotStore() }) })
          const options = { signal, resetSequenceNumber }
          await (snapshots ? cleanup.deleteAll(ids, options) : cleanup.deleteAllEvents(ids, options))
        }
        for (const persistenceId of ids)
          await output.record({ persistenceId, deleted: all }, () => `${visible(persistenceId)}: deleted ${all}`)
      }),
    )
}
