import { type AddCommand, examples } from '../add-command.js'
import { wholeNumber } from '../arguments.js'
import { CliError } from '../cli-error.js'
import { timeText } from '../event-record.js'
import { tolerantSerialization } from '../inspect/tolerant-serialization.js'
import { visibleJson } from '../page/visible-json.js'
import { toJson } from '../to-json.js'
import { visible } from '../visible.js'

/** `dynact snapshot`: the newest snapshot of an id. */
export const addSnapshot: AddCommand = (parent, handle) => {
  parent
    .command('snapshot')
    .description('print the newest snapshot of an id')
    .argument('<id>', 'the persistence id')
    .option('--at <sequenceNr>', 'the newest that covers no later event', wholeNumber(0))
    .addHelpText('after', examples('snapshot orders-7', 'snapshot orders-7 --at 500 --json'))
    .action(
      handle(async ({ connection, output, signal }, persistenceId: string, { at }: { at?: number }) => {
        const { serialization, snapshotSerialization, snapshotTable } = connection.settings
        const store = connection.snapshotStore({
          serialization: tolerantSerialization(snapshotSerialization ?? serialization),
        })
        const found = await store.loadSnapshot(persistenceId, { maxSequenceNr: at }, { signal })
        if (found === undefined) {
          const bound = at === undefined ? '' : ` up to event ${at}`
          throw new CliError(`${visible(persistenceId)} has no snapshot${bound} in table ${snapshotTable}.`)
        }
        const { sequenceNr, timestamp } = found.metadata
        const record = { persistenceId, sequenceNr, time: timeText(timestamp), snapshot: found.snapshot }
        await output.record(
          record,
          () => `${sequenceNr}  ${record.time ?? '-'}  ${visibleJson(toJson(found.snapshot))}`,
        )
      }),
    )
}
