import { createInterface } from 'node:readline/promises'
import type { Call } from './call.js'
import { CliError, InterruptedError, UsageError } from './cli-error.js'

const NOT_CONFIRMED = 'Not confirmed. Nothing was done.'

/**
 * Asks before something is destroyed. The answer is `yes`, in full.
 *
 * @param yes - `--yes` was given: nobody is asked.
 * @throws {@link UsageError} there is nobody to ask.
 * @throws {@link CliError} the answer is another, or none.
 * @throws {@link InterruptedError} Ctrl-C.
 */
export const confirm = async (
  { surroundings, output, signal }: Call,
  what: string,
  { yes }: { readonly yes?: boolean },
): Promise<void> => {
  if (yes === true) return
  const { stdin, stderr } = surroundings
  if (stdin.isTTY !== true)
    throw new UsageError(`This ${what}. There is no terminal to ask on: give --yes if you mean it. Nothing was done.`)
  output.endProgress()
  const terminal = createInterface({ input: stdin, output: stderr })
  // Ctrl-C and Ctrl-D belong to readline while it reads.
  const interrupted = new AbortController()
  terminal.on('SIGINT', () => interrupted.abort(new InterruptedError()))
  terminal.on('close', () => interrupted.abort(new CliError(NOT_CONFIRMED)))
  try {
    const answer = await terminal.question(`This ${what}. Type yes to go on: `, {
      signal: AbortSignal.any([signal, interrupted.signal]),
    })
    if (answer.trim().toLowerCase() === 'yes') return
  } catch (error) {
    // The line of the prompt is not ended yet.
    stderr.write('\n')
    throw interrupted.signal.aborted ? interrupted.signal.reason : error
  } finally {
    terminal.close()
  }
  throw new CliError(NOT_CONFIRMED)
}
