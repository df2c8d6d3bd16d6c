import { type CleanupIds, eventsCleanup } from '@dynact/query-dynamodb'
import { type AddCommand, examples, remark } from '../add-command.js'
import { time, wholeNumber } from '../arguments.js'
import { UsageError } from '../cli-error.js'
import { confirm } from '../confirm.js'

interface Flags {
  readonly beforeSnapshot?: boolean
  readonly before?: number
  readonly keepSnapshots: number
  readonly keepEvents: number
  readonly from?: string
  readonly yes?: boolean
}

/** `dynact cleanup`: what is not needed any more, of many ids. */
export const addCleanup: AddCommand = (parent, handle) => {
  parent
    .command('cleanup')
    .description('delete what is not needed any more, of all ids or some')
    .argument('[ids...]', 'only these ids (default: all)')
    .option('--before-snapshot', 'old snapshots, and the events that the oldest one kept covers')
    .option('--before <time>', 'events from before a time', time)
    .option('--keep-snapshots <count>', 'with --before-snapshot', wholeNumber(1), 1)
    .option(
      '--keep-events <count>',
      'with --before-snapshot: so many before the oldest snapshot kept',
      wholeNumber(0),
      0,
    )
    .option('--from <cursor>', 'go on where an interrupted run said')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      remark('An id without snapshots, or with one that is unreadable, keeps all with --before-snapshot.'),
    )
    .addHelpText(
      'after',
      examples('cleanup --before-snapshot --keep-snapshots 2', 'cleanup --before 2025-01-01T00:00:00Z --yes'),
    )
    .action(
      handle(async (call, given: readonly string[], flags: Flags) => {
        const { connection, output, signal } = call
        const { beforeSnapshot = false, before, keepSnapshots, keepEvents, from } = flags
        if (beforeSnapshot === (before !== undefined))
          throw new UsageError('Give --before-snapshot or --before <time>, one of them.')
        if (given.length > 0 && from !== undefined) throw new UsageError('--from is for a cleanup of all ids.')
        const whose = given.length === 0 ? 'all ids' : `${given.length} ids`
        const what =
          before === undefined
            ? `deletes of ${whose} the snapshots but the newest ${keepSnapshots}, and the events that they cover`
            : `deletes of ${whose} the events before ${new Date(before).toISOString()}`
        await confirm(call, what, flags)
        call.resumeHint = call.again({})
        const cleanup = eventsCleanup({ journal: connection.journal(), snapshotStore: connection.snapshotStore() })
        const ids: CleanupIds =
          given.length > 0 ? given : connection.readJournal().currentPersistenceIdPages({ from, signal })
        const onProgress = ({ done, cursor }: { readonly done: number; readonly cursor: string | undefined }) => {
          if (given.length === 0 && cursor !== undefined) call.resumeHint = call.again({ '--from': cursor })
          output.progress(`${done} ids`)
        }
        const { done } =
          before === undefined
            ? await cleanup.cleanupBeforeSnapshot(ids, { signal, onProgress, keepSnapshots, keepEvents })
            : await cleanup.deleteEventsBefore(ids, before, { signal, onProgress })
        if (done === 0 && from === undefined) output.note(`No ids: ${await connection.whyEmpty(signal)}`)
        await output.record({ done }, () => `${done} ids cleaned up`)
      }),
    )
}
