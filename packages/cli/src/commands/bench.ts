import { randomUUID } from 'node:crypto'
import { createJournalTable, type DynamoDBJournal, deleteJournalTable } from '@dynact/journal-dynamodb'
import { MonotonicTimestamps, type PersistentRepr } from '@dynact/persistence'
import { type AddCommand, examples, remark } from '../add-command.js'
import { wholeNumber } from '../arguments.js'
import { type Measured, measure } from '../bench/measure.js'

interface Flags {
  readonly actors: number
  readonly events: number
  readonly bytes: number
}

const BATCH = 10

/** Events of one actor after the other, and their writes. */
class Actors {
  readonly #timestamps = new MonotonicTimestamps()
  readonly #writerUuid = randomUUID()
  readonly #payload: string
  readonly #highest = new Map<string, number>()
  readonly #writing = new Map<number, Promise<void>>()
  readonly #journal: DynamoDBJournal
  readonly #signal: AbortSignal

  constructor(journal: DynamoDBJournal, bytes: number, signal: AbortSignal) {
    this.#journal = journal
    this.#payload = 'x'.repeat(bytes)
    this.#signal = signal
  }

  /** Writes of one actor wait for each other. */
  persist(actor: number, count: number): Promise<void> {
    const before = this.#writing.get(actor) ?? Promise.resolve()
    const writing = before.then(() => this.#write(actor, count))
    this.#writing.set(actor, writing)
    return writing
  }

  async #write(actor: number, count: number): Promise<void> {
    const persistenceId = `bench-${actor}`
    const highest = this.#highest.get(persistenceId) ?? 0
    const events = Array.from(
      { length: count },
      (_, index): PersistentRepr => ({
        persistenceId,
        sequenceNr: highest + 1 + index,
        payload: this.#payload,
        manifest: '',
        writerUuid: this.#writerUuid,
        timestamp: this.#timestamps.next(),
        tags: [],
      }),
    )
    this.#highest.set(persistenceId, highest + count)
    await this.#journal.writeEvents({ persistenceId, events }, { signal: this.#signal })
  }

  async recover(actor: number): Promise<void> {
    for await (const _ of this.#journal.replayEvents(`bench-${actor}`, {}, { signal: this.#signal }));
  }
}

/** `dynact bench`: a small measurement against the endpoint, in a table of its own. */
export const addBench: AddCommand = (parent, handle) => {
  parent
    .command('bench')
    .description('measure writes and recoveries in a table of its own, which is deleted after')
    .option('--actors <count>', 'at once', wholeNumber(1, 1000), 20)
    .option('--events <count>', 'of each actor', wholeNumber(1, 10_000), 50)
    .option('--bytes <count>', 'of a payload', wholeNumber(1, 100_000), 200)
    .addHelpText(
      'after',
      remark(
        'On AWS it costs about actors * events * 11 write units, and needs the permission to create and delete tables dynact-bench-*.',
      ),
    )
    .addHelpText('after', examples('bench', 'bench --actors 100 --events 20 --json'))
    .action(
      handle(async ({ connection, output, signal }, { actors, events, bytes }: Flags) => {
        const table = `dynact-bench-${randomUUID()}`
        const journal = connection.journal({ table })
        const workers = new Actors(journal, bytes, signal)
        const report = async (what: string, measured: Measured) => {
          const { perSecond, medianMs, p99Ms } = measured
          await output.record({ what, ...measured }, () => {
            const rate = `${perSecond.toFixed(0)} a second`
            return `${what.padEnd(22)} ${rate.padStart(16)}  median ${medianMs.toFixed(1)} ms  99 % ${p99Ms.toFixed(1)} ms`
          })
        }
        output.progress(`making table ${table}`)
        try {
          const { queries } = journal.config
          await createJournalTable(connection.client, { table, ...(queries !== undefined && { queries }) })
          const total = actors * events
          const turns = (count: number) => measure(total, actors, (index) => workers.persist(index % actors, count))
          await report('persist', await turns(1))
          await report(`persistAll of ${BATCH}`, await turns(BATCH))
          await report('recovery', await measure(actors, actors, (actor) => workers.recover(actor)))
        } finally {
          await deleteJournalTable(connection.client, { table })
        }
      }),
    )
}
