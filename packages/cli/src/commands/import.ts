import { resolve } from 'node:path'
import { type AddCommand, examples, remark } from '../add-command.js'
import { wholeNumber } from '../arguments.js'
import { CliError, UsageError } from '../cli-error.js'
import { quoted } from '../quoted.js'
import { historyTarget } from '../transfer/history-target.js'
import { rawSerialization } from '../transfer/raw-serialization.js'
import { exportLines, parseExportLine, verifyExport } from '../transfer/read-export.js'
import { RecordSink } from '../transfer/record-sink.js'

interface Flags {
  readonly partial?: boolean
  readonly skip: number
  readonly queries?: boolean
  readonly snapshots: boolean
}

/** `dynact import`: an export into tables. */
export const addImport: AddCommand = (parent, handle) => {
  parent
    .command('import')
    .description('write an export into the tables; nothing that is there is ever overwritten')
    .argument('<file>', 'what dynact export has written')
    .option('--queries', 'put events into the feed index')
    .option('--partial', 'take what there is of an export that is not complete')
    .option('--skip <lines>', 'go on where an interrupted import said', wholeNumber(0), 0)
    .option('--no-snapshots', 'leave the snapshots out')
    .addHelpText(
      'after',
      remark(`All checksums are compared before anything is written. Numbers, batches, times and writers stay as they were. What is there
already and is the same counts as done, so it can be run again; where another event is, it stops. No actor of these ids may run.`),
    )
    .addHelpText('after', examples('import backup.jsonl --table restored --snapshot-table restored-snapshots'))
    .action(
      handle(async (call, name: string, { partial, skip, queries = false, snapshots }: Flags) => {
        const { connection, output, signal, surroundings } = call
        const file = resolve(surroundings.folder, name)
        const verified = await verifyExport(file, signal)
        if (verified.lines === 0) throw new CliError(`${file} has no checkpoint: it is no export, or an empty one.`)
        if (!verified.isComplete && partial !== true)
          throw new CliError(
            `${file} is not complete: the export was interrupted. Resume it by: dynact export --out ${quoted(name)} --resume; or give --partial to import what there is.`,
          )
        if (skip > verified.lines)
          throw new UsageError(`--skip ${skip} is behind the last checkpoint of ${file}, line ${verified.lines}.`)
        const store = snapshots ? connection.snapshotStore({ serialization: rawSerialization }) : undefined
        await using sink = new RecordSink(historyTarget(call, queries), store)
        const { transferred } = sink
        const goOn = (lines: number) => call.again({ '--skip': String(lines) })
        call.resumeHint = goOn(skip)
        for await (const line of exportLines(file)) {
          if (line.number > verified.lines) break
          if (line.number <= skip) continue
          const record = parseExportLine(file, line)
          if (record.type === 'checkpoint')
            sink.whenStored(() => {
              call.resumeHint = goOn(line.number)
            })
          else if (record.type !== 'header') await sink.take(record)
          output.progress(
            `${transferred.ids} ids, ${transferred.events} events, line ${line.number} of ${verified.lines}`,
          )
        }
        await sink.end()
        await output.record(
          transferred,
          () => `imported ${transferred.ids} ids, ${transferred.events} events, ${transferred.snapshots} snapshots`,
        )
      }),
    )
}
