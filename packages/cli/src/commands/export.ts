import { open, stat, truncate } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type AddCommand, examples, remark } from '../add-command.js'
import type { Call } from '../call.js'
import { UsageError } from '../cli-error.js'
import { allIdPages } from '../transfer/all-id-pages.js'
import { ExportWriter } from '../transfer/export-writer.js'
import { historyRecords, type JournalSource, journalRecords } from '../transfer/journal-records.js'
import { rawSerialization } from '../transfer/raw-serialization.js'
import { verifyExport } from '../transfer/read-export.js'
import type { SourceRecord } from '../transfer/transfer-record.js'

interface Flags {
  readonly out?: string
  readonly resume?: boolean
  readonly snapshots: boolean
}

async function* recordsOf(
  { connection }: Call,
  source: JournalSource,
  ids: readonly string[],
  from: string | undefined,
): AsyncGenerator<SourceRecord, void> {
  if (ids.length === 0) {
    const [readJournal, requests] = [connection.readJournal(), connection.requests(connection.settings.snapshotTable)]
    return yield* journalRecords(source, allIdPages({ ...source, readJournal, requests }, from))
  }
  yield* historyRecords(source, ids)
  yield { type: 'page', cursor: undefined }
}

/** A file to append to, and where to go on. */
const openFile = async (call: Call, file: string, resume: boolean) => {
  const found = await stat(file).catch(() => undefined)
  if (found?.isDirectory()) throw new UsageError(`${file} is a folder. Give --out the name of a file in it.`)
  if (found === undefined) return { handle: await open(file, 'wx'), from: undefined, sha256: '', isComplete: false }
  if (!resume) throw new UsageError(`${file} is there already. Give --resume to go on with it, or another name.`)
  const { bytes, cursor, sha256, isComplete } = await verifyExport(file, call.signal)
  await truncate(file, bytes)
  return { handle: await open(file, 'a'), from: cursor, sha256, isComplete }
}

/** `dynact export`: histories as JSON lines. */
export const addExport: AddCommand = (parent, handle) => {
  parent
    .command('export')
    .description('write histories and snapshots as JSON lines, in the bytes that they are stored in')
    .argument('[ids...]', 'only these ids (default: all)')
    .option('--out <file>', 'write to a file, which can be resumed (default: standard output)')
    .option('--resume', 'go on with a file that was interrupted')
    .option('--no-snapshots', 'leave the snapshots out')
    .addHelpText(
      'after',
      remark(`Only what a recovery would see is exported: whole batches, no torn ones. Each id is as it is when it is read. Payloads are not
decoded: encrypted ones stay so. Checkpoints in the file have SHA-256 sums of all lines before them.`),
    )
    .addHelpText(
      'after',
      examples(
        'export --out backup.jsonl',
        'export --out backup.jsonl --resume',
        'export orders-7 | gzip > orders-7.jsonl.gz',
      ),
    )
    .action(
      handle(async (call, ids: readonly string[], { out, resume = false, snapshots }: Flags) => {
        const { connection, output, signal, surroundings } = call
        if (resume && (out === undefined || ids.length > 0))
          throw new UsageError('--resume needs --out, and is for an export of all ids.')
        const file = out === undefined ? undefined : resolve(surroundings.folder, out)
        const target = file === undefined ? undefined : await openFile(call, file, resume)
        try {
          if (target?.isComplete === true) return output.note(`${file} is complete.`)
          if (file !== undefined && ids.length === 0) call.resumeHint = call.again({ '--resume': true })
          const source: JournalSource = {
            journal: connection.journal({ serialization: rawSerialization }),
            snapshotStore: snapshots ? connection.snapshotStore({ serialization: rawSerialization }) : undefined,
            signal,
          }
          const write = async (text: string) => {
            if (target === undefined) await output.write(text)
            else await target.handle.appendFile(text)
          }
          const writer = new ExportWriter(write, target?.sha256)
          const count = { ids: 0, events: 0, snapshots: 0 }
          for await (const record of recordsOf(call, source, ids, target?.from)) {
            signal.throwIfAborted()
            await writer.take(record)
            if (record.type === 'write') count.events += record.events.length
            else if (record.type === 'snapshot') count.snapshots++
            else if (record.type === 'end') count.ids++
            if (record.type === 'page') await target?.handle.sync()
            output.progress(`${count.ids} ids, ${count.events} events exported`)
          }
          if (count.ids === 0 && target?.from === undefined)
            output.note(
              `Nothing to export: ${ids.length > 0 ? 'there are no such ids.' : await connection.whyEmpty(signal)}`,
            )
          output.note(`exported ${count.ids} ids, ${count.events} events, ${count.snapshots} snapshots`)
        } finally {
          await target?.handle.close()
        }
      }),
    )
}
