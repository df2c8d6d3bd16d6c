import { type Command, CommanderError } from 'commander'
import type { Handle } from './add-command.js'
import type { Surroundings } from './call.js'
import { ExitCode } from './exit-code.js'
import { makeProgram } from './program.js'
import { runAction } from './run-action.js'

/**
 * Runs the command.
 *
 * @param args - the command line, without node and the script.
 * @returns the exit code; everything is closed by then.
 */
export const main = async (args: readonly string[], surroundings: Surroundings): Promise<ExitCode> => {
  let exitCode: ExitCode = ExitCode.OK
  // Without a listener, a reader that goes away before a help text is read would end the process with a stack trace.
  for (const stream of [surroundings.stdout, surroundings.stderr]) stream.on('error', () => undefined)
  const handle: Handle =
    (action, needs) =>
    async (...given) => {
      // Commander gives a command's arguments, its options, and the command itself.
      const command = given.at(-1) as Command
      exitCode = await runAction({ surroundings, args, command, needs }, action, given.slice(0, -1) as never)
    }
  const program = makeProgram(handle, {
    writeOut: (text) => surroundings.stdout.write(text),
    writeErr: (text) => surroundings.stderr.write(text),
  })
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE
  }
  return exitCode
}
