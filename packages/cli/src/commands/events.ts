import { type AddCommand, examples, remark } from '../add-command.js'
import { wholeNumber } from '../arguments.js'
import type { Call } from '../call.js'
import { UsageError } from '../cli-error.js'
import { eventRecord, eventText } from '../event-record.js'
import { tolerantSerialization } from '../inspect/tolerant-serialization.js'
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
      remark(`Incomplete batches are left out, as in a recovery: dynact verify ID tells of them. An event that can't be deserialized is printed
as it is stored; name its serializer in dynact.config.ts.`),
    )
    .addHelpText(
      'after',
      examples('events orders-7', 'events orders-7 --from 100 --to 120 --json', 'events orders-7 --follow'),
    )
    .action(
      handle(async (call, persistenceId: string, { from, to, follow }: Flags) => {
        const { connection, output, signal } = call
        const { settings } = connection
        if (from !== undefined && to !== undefined && from > to)
          throw new UsageError(`--from ${from} is behind --to ${to}`)
        const readJournal = connection.readJournal({ serialization: tolerantSerialization(settings.serialization) })
        const stream = follow
          ? readJournal.eventsByPersistenceId(persistenceId, from, to, { signal })
          : readJournal.currentEventsByPersistenceId(persistenceId, from, to, { signal })
        let count = 0
        for await (const envelope of stream) {
          const record = eventRecord(envelope)
          await output.record(record, () => eventText(record))
          count++
          call.resumeHint = call.again({ '--from': String(record.sequenceNr + 1) })
        }
        if (count > 0) return
        output.note(`No events of ${visible(persistenceId)} here: ${await whyNone(call, persistenceId, from ?? 1)}.`)
      }),
    )
}

const whyNone = async ({ connection, signal }: Call, persistenceId: string, from: number): Promise<string> => {
  const journal = connection.journal()
  const highest = await journal.readHighestSequenceNr(persistenceId, 0, { signal })
  if (highest === 0) return 'the id may be misspelt'
  const deletedTo = await journal.readDeletedToSequenceNr(persistenceId, { signal })
  if (deletedTo >= from) return `events up to ${deletedTo} have been deleted`
  if (from > highest) return `the highest sequenceNr is ${highest}`
  return `what lies there belongs to a batch that is incomplete, or that goes on behind --to (dynact verify tells which)`
}
