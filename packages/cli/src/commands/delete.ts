import { inParallel, isUnreadable } from '@dynact/dynamodb'
import type { DynamoDBJournal } from '@dynact/journal-dynamodb'
import { eventsCleanup } from '@dynact/query-dynamodb'
import { type AddCommand, examples, remark } from '../add-command.js'
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

/** So many ids are looked at at once. */
const PARALLEL_IDS = 8

/** Those that never had an event. */
const unknownIds = async (
  journal: DynamoDBJournal,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const unknown = new Set<string>()
  await inParallel(ids, PARALLEL_IDS, async (id) => {
    try {
      if ((await journal.readHighestSequenceNr(id, 0, { signal })) === 0) unknown.add(id)
    } catch (error) {
      // What is damaged is there, and can be deleted.
      if (!isUnreadable(error)) throw error
    }
  })
  return ids.filter((id) => unknown.has(id))
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
    .addHelpText(
      'after',
      remark('The next event is the highest number + 1. Deleting again resumes what was interrupted.'),
    )
    .addHelpText('after', examples('delete orders-7', 'delete orders-7 --to 1000 --yes'))
    .action(
      handle(async (call, ids: readonly string[], { to, keepSnapshots, resetSequenceNumber, yes = false }: Flags) => {
        const { connection, output, signal } = call
        if (to !== undefined && resetSequenceNumber === true)
          throw new UsageError('--to goes without --reset-sequence-number. Give one or the other.')
        const what = to === undefined ? 'all events' : `the events up to ${to}`
        const snapshots = to === undefined && keepSnapshots !== true
        const all = `${what}${snapshots ? ' and snapshots' : ''}`
        const journal = connection.journal()
        for (const id of await unknownIds(journal, ids, signal))
          output.note(`${visible(id)}: no events are stored of it. The id may be misspelt.`)
        await confirm(call, `deletes ${all} of ${ids.map(visible).join(', ')}`, { yes })
        call.resumeHint = call.again({})
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
