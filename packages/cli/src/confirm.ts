import { createInterface } from 'node:readline/promises'
import type { Call } from './call.js'
import { CliError, UsageError } from './cli-error.js'

/**
 * Asks before something is destroyed. The answer is `yes`, in full.
 *
 * @param yes - `--yes` was given: nobody is asked.
 * @throws {@link UsageError} there is nobody to ask, or the answer is another.
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
  // Ctrl-C belongs to readline while it reads.
  const interrupted = new AbortController()
  terminal.on('SIGINT', () => interrupted.abort())
  try {
    const answer = await terminal.question(`This ${what}. Type yes to go on: `, {
      signal: AbortSignal.any([signal, interrupted.signal]),
    })
    if (answer.trim().toLowerCase() === 'yes') return
  } catch (error) {
    if (!interrupted.signal.aborted && !signal.aborted) throw error
  } finally {
    terminal.close()
  }
  throw new CliError('Not confirmed. Nothing was done.')
}
