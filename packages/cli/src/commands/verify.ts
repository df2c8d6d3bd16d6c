import { type AddCommand, examples } from '../add-command.js'
import type { Call } from '../call.js'
import { ExitCode } from '../exit-code.js'
import { findUnreachable } from '../inspect/find-unreachable.js'
import type { Finding } from '../inspect/finding.js'
import { type Repair, repairMarks } from '../inspect/repair-marks.js'
import { type IdReport, type VerifyContext, verifyId } from '../inspect/verify-id.js'
import { visible } from '../visible.js'

interface Flags {
  readonly repair?: boolean
  readonly from?: string
}

/** Counts what was verified and found. */
class Tally {
  ids = 0
  events = 0
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

const verifyOne = async (call: Call, context: VerifyContext, tally: Tally, id: string, flags: Flags): Promise<void> => {
  const report = await verifyId(context, id)
  tally.ids++
  tally.events += report.events
  for (const finding of report.findings) await tell(call, tally, finding)
  if (flags.repair === true) tally.repaired += (await repair(call, context, id, report)).done.length
  call.output.progress(`${tally.ids} ids, ${tally.events} events verified, ${tally.findings} findings`)
}

const verifyAll = async (call: Call, context: VerifyContext, tally: Tally, flags: Flags): Promise<void> => {
  const { connection, output, signal } = call
  const pages = connection.readJournal().currentPersistenceIdPages({ from: flags.from, signal })
  for await (const { persistenceIds, next } of pages) {
    for (const id of persistenceIds) {
      signal.throwIfAborted()
      await verifyOne(call, context, tally, id, flags)
    }
    const options = flags.repair === true ? ' --repair' : ''
    call.resumeHint = next && `Go on with: dynact verify${options} --from ${next}`
  }
  call.resumeHint = undefined
  const lost = findUnreachable(context.journal, context.requests, signal, (items) =>
    output.progress(`looking for lost events: ${items} items`),
  )
  for await (const finding of lost) await tell(call, tally, finding)
}

/** `dynact verify`: finds what is damaged, or would look so to a JVM. */
export const addVerify: AddCommand = (parent, handle) => {
  parent
    .command('verify')
    .description('find every hole, torn batch, bad mark and undecodable event')
    .argument('[ids...]', 'only these ids (default: all, and events that belong to no reachable history)')
    .option('--repair', 'put high marks right, which are hints; nothing else is ever changed')
    .option('--from <cursor>', 'go on where an interrupted run said')
    .addHelpText(
      'after',
      `\nExit code 3 if anything was found that is not repaired. Without ids it reads the journal three times: the ids, every history, and
the keys of all items. Holes and torn batches may be legal: the JVM leaves them after rejected events, a crash after a batch.
With --repair, stop the actors of damaged ids first. Verifying may run beside writers.`,
    )
    .addHelpText('after', examples('verify', 'verify orders-7 orders-8 --json', 'verify --repair'))
    .action(
      handle(async (call, ids: readonly string[], flags: Flags) => {
        const { connection, output, signal } = call
        const { table, serialization } = connection.settings
        const context: VerifyContext = {
          journal: connection.journal({ distrust: true }),
          requests: connection.requests(table),
          serialization,
          signal,
        }
        const tally = new Tally()
        if (ids.length === 0) await verifyAll(call, context, tally, flags)
        for (const id of ids) await verifyOne(call, context, tally, id, flags)
        const { ids: verified, events, findings, repaired } = tally
        output.note(`${verified} ids, ${events} events: ${findings} findings, ${repaired} repaired`)
        return findings > repaired ? ExitCode.DAMAGE : ExitCode.OK
      }),
    )
}
