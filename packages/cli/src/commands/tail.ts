import { type EventEnvelope, NoOffset, type QueryStream } from '@dynact/query-dynamodb'
import { type AddCommand, examples, remark } from '../add-command.js'
import { sliceRange, time } from '../arguments.js'
import { UsageError } from '../cli-error.js'
import { eventRecord, eventText } from '../event-record.js'
import { tolerantSerialization } from '../inspect/tolerant-serialization.js'
import { visible } from '../visible.js'

interface Flags {
  readonly tag?: string
  readonly slices?: ReturnType<typeof sliceRange>
  readonly entityType?: string
  readonly since?: number
  readonly current?: boolean
}

/** `dynact tail`: events of all ids as they are written. */
export const addTail: AddCommand = (parent, handle) => {
  parent
    .command('tail')
    .description('follow the events of all ids as they are written, until Ctrl-C')
    .option('--tag <tag>', 'only events with this tag')
    .option('--slices <range>', 'only ids in these slices, 0-255 say (default: all, 0-1023)', sliceRange)
    .option('--entity-type <type>', 'only ids that begin with it and |')
    .option('--since <time>', 'begin with events from then on (default: now; with --current, from the first)', time)
    .option('--current', 'end at what is there now, instead of waiting for more')
    .addHelpText(
      'after',
      remark('Needs the feed index: a journal with queries on, and dynact tables create --queries.'),
    )
    .addHelpText(
      'after',
      examples('tail', 'tail --tag shipped --json', 'tail --slices 0-255 --since 2026-01-31T00:00:00Z --current'),
    )
    .action(
      handle(async (call, { tag, slices, entityType, since, current }: Flags) => {
        if (tag !== undefined && (slices ?? entityType) !== undefined)
          throw new UsageError('--tag goes without --slices and --entity-type. Give one or the other.')
        const { connection, output, signal } = call
        const readJournal = connection.readJournal({
          serialization: tolerantSerialization(connection.settings.serialization),
        })
        const from = since ?? (current === true ? undefined : Date.now())
        const offset = from === undefined ? NoOffset : { timestamp: from, seen: {} }
        const { min, max } = slices ?? { min: 0, max: 1023 }
        const byTag = current ? readJournal.currentEventsByTag : readJournal.eventsByTag
        const bySlices = current ? readJournal.currentEventsBySlices : readJournal.eventsBySlices
        const stream: QueryStream<EventEnvelope> =
          tag === undefined
            ? bySlices.call(readJournal, entityType, min, max, offset, { signal })
            : byTag.call(readJournal, tag, offset, { signal })
        call.resumeHint = call.again(from === undefined ? {} : { '--since': String(from) })
        let count = 0
        for await (const envelope of stream) {
          const record = eventRecord(envelope)
          await output.record(record, () => `${visible(record.persistenceId)}  ${eventText(record)}`)
          count++
          // Others of the same millisecond may follow.
          call.resumeHint = call.again({ '--since': String(Math.floor(envelope.timestamp)) })
        }
        if (count > 0 || since !== undefined) return
        const empty = await connection.whyEmpty(signal)
        output.note(
          `No events in the feed: ${empty} Events from before there was a feed come into it by dynact backfill-feed.`,
        )
      }),
    )
}
