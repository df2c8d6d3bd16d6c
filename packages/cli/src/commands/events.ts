import { type AddCommand, examples } from '../add-command.js'
import { wholeNumber } from '../arguments.js'
import { eventRecord, eventText } from '../event-record.js'
import { tolerantSerialization } from '../inspect/tolerant-serialization.js'
import { quoted } from '../quoted.js'
import { visible } from '../visible.js'

interface Flags {
  readonly from?: number
  readonly to?: number
  readonly follow?: boolean
}

/** `dynact events`: the history of one id, as its actor would recover it. */
export const addEvents: AddCommand = (parent, handle) => {
  parent
    .command('events')
    .description('print the events of an id, in order, strongly consistent')
    .argument('<id>', 'the persistence id')
    .option('--from <sequenceNr>', 'first event', wholeNumber(1))
    .option('--to <sequenceNr>', 'last event', wholeNumber(1))
    .option('--follow', 'go on with new events until Ctrl-C')
    .addHelpText(
      'after',
      `\nIncomplete batches are left out, as in a recovery: dynact verify ID tells of them. An event that can't be deserialized is printed
as it is stored; name its serializer in dynact.config.ts.`,
    )
    .addHelpText(
      'after',
      examples('events orders-7', 'events orders-7 --from 100 --to 120 --json', 'events orders-7 --follow'),
    )
    .action(
      handle(async (call, persistenceId: string, { from, to, follow }: Flags) => {
        const { connection, output, signal } = call
        const { settings } = connection
        const readJournal = connection.readJournal({ serialization: tolerantSerialization(settings.serialization) })
        const stream = follow
          ? readJournal.eventsByPersistenceId(persistenceId, from, to, { signal })
          : readJournal.currentEventsByPersistenceId(persistenceId, from, to, { signal })
        let count = 0
        for await (const envelope of stream) {
          const record = eventRecord(envelope)
          await output.record(record, () => eventText(record))
          count++
          call.resumeHint = `Go on with: dynact events ${quoted(visible(persistenceId))} --from ${record.sequenceNr + 1}`
        }
        if (count > 0) return
        const deletedTo = await connection.journal().readDeletedToSequenceNr(persistenceId, { signal })
        const why = deletedTo > 0 ? `events up to ${deletedTo} have been deleted` : 'the id may be misspelt'
        output.note(`No events of ${visible(persistenceId)} here: ${why}.`)
      }),
    )
}
