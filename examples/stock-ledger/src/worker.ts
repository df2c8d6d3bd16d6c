// The process that does the work, with the embedded database inside it. `index.ts` starts it, and again after its hard end.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Acknowledgements } from './acknowledgements.js'
import { openDatabase } from './database.js'
import { JOURNAL_TABLE, runStockLedger, SNAPSHOT_TABLE } from './stock-ledger.js'
import { printError } from './user-error.js'

const [folder = '.dynact', attempt = '1'] = process.argv.slice(2)
const isFirstAttempt = attempt === '1'

const interruption = new AbortController()
const interrupt = () => {
  // npm and the terminal may both pass on the same Ctrl-C; a later one means that waiting is not wanted.
  if (interruption.signal.aborted && performance.now() - interruptedAt > 1_000) process.exit(130)
  if (!interruption.signal.aborted) interruptedAt = performance.now()
  interruption.abort()
}
let interruptedAt = 0
process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
// `npm start | head` closes our output early: not worth a stack trace.
process.stdout.on('error', () => process.exit(1))

const killThisProcess = () => {
  console.log('\nHalf-way. This process kills itself now (SIGKILL), writes under way and all: no clean-up code runs.')
  process.kill(process.pid, 'SIGKILL')
}

const run = async (): Promise<boolean> => {
  await mkdir(folder, { recursive: true })
  const database = await openDatabase(folder, process.env)
  try {
    console.log(`Database: ${database.title}; tables ${JOURNAL_TABLE} and ${SNAPSHOT_TABLE}`)
    const acknowledgements = new Acknowledgements(join(folder, `acknowledged-${database.kind}.log`))
    // Others may have emptied a remote table since our last start; only within one start is a missing event our loss.
    if (database.kind === 'remote' && isFirstAttempt) acknowledgements.forget()
    const onHalfway = isFirstAttempt ? killThisProcess : () => {}
    return await runStockLedger({ database, acknowledgements, onHalfway, signal: interruption.signal })
  } finally {
    await database.close()
  }
}

try {
  process.exitCode = (await run()) ? 0 : 130
} catch (error) {
  printError(error)
  // Questions that no actor answers any more would keep the process alive until they time out.
  process.exit(1)
}
