import { inParallel } from '@dynact/dynamodb'
import { type AddCommand, examples, remark } from '../add-command.js'
import type { Call } from '../call.js'
import { UsageError } from '../cli-error.js'
import { ExitCode } from '../exit-code.js'
import { findOrphanedParts } from '../inspect/find-orphaned-parts.js'
import { findUnreachable } from '../inspect/find-unreachable.js'
import type { Finding } from '../inspect/finding.js'
import { type Repair, repairMarks } from '../inspect/repair-marks.js'
import { tolerantSerialization } from '../inspect/tolerant-serialization.js'
import { type IdReport, type VerifyContext, verifyId } from '../inspect/verify-id.js'
import { allIdPages } from '../transfer/all-id-pages.js'
import { visible } from '../visible.js'

/** So many ids are read at once: one alone waits for DynamoDB most of the time. */
const PARALLEL_IDS = 8

interface Flags {
  readonly repair?: boolean
  readonly from?: string
  readonly snapshots: boolean
}

/** Counts what was verified and found. */
class Tally {
  ids = 0
  events = 0
  snapshots = 0
  findings = 0
  /** Found, and put right. */
  repaired = 0
}

const tell = async ({ output }: Call, tally: Tally, finding: Finding): Promise<void> => {
  tally.findings++
  const { kind, persistenceId, text } = finding
  await output.record(finding, () => `${visible(persistenceId)}: ${kind}: ${visible(text)}`)
}

const repair = async (call: Call, context: VerifyContext, persistenceId: string, report: IdReport): Promise<Repair> => {
  const { journal, requests, signal } = context
  const repaired = await repairMarks(journal, requests, persistenceId, report, signal)
  for (const [words, list] of [
    ['repaired', repaired.done],
    ['not repaired', repaired.left],
  ] as const)
    for (const text of list)
      await call.output.record(
        { kind: words.replace(' ', '-'), persistenceId, text },
        () => `${visible(persistenceId)}: ${words}: ${visible(text)}`,
      )
  return repaired
}

/** Ids that are listed have something; one that was given may be misspelt. */
const isNothing = ({ findings, highestSequenceNr, snapshots }: IdReport): boolean =>
  findings.length === 0 && highestSequenceNr === 0 && snapshots === 0

/** Verifies a few ids at once, and tells of them in their order. */
const verifySome = async (
  call: Call,
  context: VerifyContext,
  tally: Tally,
  ids: readonly string[],
  flags: Flags,
): Promise<void> => {
  const reports: IdReport[] = []
  await inParallel(ids, PARALLEL_IDS, async (id, index) => {
    context.signal.throwIfAborted()
    const report = await verifyId(context, id)
    reports[index] = report
    tally.ids++
    tally.events += report.events
    tally.snapshots += report.snapshots
    call.output.progress(`${tally.ids} ids, ${tally.events} events verified, ${tally.findings} findings`)
  })
  for (const [index, id] of ids.entries()) {
    const report = reports[index] as IdReport
    for (const finding of report.findings) await tell(call, tally, finding)
    if (isNothing(report)) call.output.note(`${visible(id)}: nothing is stored of it. The id may be misspelt.`)
    if (flags.repair === true) tally.repaired += (await repair(call, context, id, report)).done.length
  }
}

const verifyAll = async (call: Call, context: VerifyContext, tally: Tally, flags: Flags): Promise<void> => {
  const { connection, output, signal } = call
  const { journal, snapshots } = context
  const readJournal = connection.readJournal()
  const requests = snapshots?.requests ?? context.requests
  const source = { readJournal, journal, snapshotStore: snapshots?.store, requests, signal }
  for await (const { persistenceIds, next } of allIdPages(source, flags.from)) {
    await verifySome(call, context, tally, persistenceIds, flags)
    call.resumeHint = next && call.again({ '--from': next })
  }
  call.resumeHint = undefined
  const lost = findUnreachable(context.journal, context.requests, signal, (items) =>
    output.progress(`looking for lost events: ${items} items`),
  )
  for await (const finding of lost) await tell(call, tally, finding)
  if (snapshots === undefined) return
  const parts = findOrphanedParts(snapshots, signal, (count) =>
    output.progress(`looking for lost parts: ${count} parts`),
  )
  for await (const finding of parts) await tell(call, tally, finding)
}

/** `dynact verify`: finds what is damaged, or would look so to a JVM. */
export const addVerify: AddCommand = (parent, handle) => {
  parent
    .command('verify')
    .description('find every hole, torn batch, bad mark, and all that is undecodable')
    .argument('[ids...]', 'only these ids (default: all, and events that belong to no reachable history)')
    .option('--repair', 'put high marks right, which are hints; nothing else is ever changed')
    .option('--no-snapshots', 'leave the snapshots out')
    .option('--from <cursor>', 'go on where an interrupted run said')
    .addHelpText(
      'after',
      remark(`Exit code 3 if anything was found that is not repaired. Without ids it reads the journal three times: the ids, every history, and
the keys of all items; and the snapshots three times likewise.

Holes and torn batches may be legal: the JVM leaves them after rejected events, a crash after a batch.

With --repair, stop the actors of damaged ids first. Verifying may run beside writers.`),
    )
    .addHelpText('after', examples('verify', 'verify orders-7 orders-8 --json', 'verify --repair'))
    .action(
      handle(async (call, ids: readonly string[], flags: Flags) => {
        if (ids.length > 0 && flags.from !== undefined) throw new UsageError('--from is for all ids.')
        const { connection, output, signal } = call
        const { table, snapshotTable, serialization, snapshotSerialization } = connection.settings
        const tolerant = tolerantSerialization(snapshotSerialization ?? serialization)
        const context: VerifyContext = {
          journal: connection.journal({ distrust: true }),
          requests: connection.requests(table),
          serialization,
          snapshots: flags.snapshots
            ? {
                store: connection.snapshotStore({ serialization: tolerant }),
                requests: connection.requests(snapshotTable),
              }
            : undefined,
          signal,
        }
        const tally = new Tally()
        if (ids.length === 0) await verifyAll(call, context, tally, flags)
        else await verifySome(call, context, tally, ids, flags)
        if (tally.ids === 0 && flags.from === undefined) output.note(`No ids: ${await connection.whyEmpty(signal)}`)
        const { ids: verified, events, snapshots, findings, repaired } = tally
        output.note(
          `${verified} ids, ${events} events, ${snapshots} snapshots: ${findings} findings, ${repaired} repaired`,
        )
        return findings > repaired ? ExitCode.DAMAGE : ExitCode.OK
      }),
    )
}
