import type { Command } from 'commander'
import type { Call, Surroundings } from './call.js'
import { InterruptedError } from './cli-error.js'
import { Connection } from './connection.js'
import { describeError } from './describe-error.js'
import { ExitCode } from './exit-code.js'
import { Output } from './output.js'
import { type GlobalFlags, readSettings } from './settings.js'

/** What a command does. Gives the exit code if that is not 0. */
export type Action<Arguments extends readonly unknown[]> = (
  call: Call,
  ...args: Arguments
) => Promise<ExitCode | undefined> | Promise<void>

/** The reason that everything stops with when nobody reads standard output any more. */
const OUTPUT_CLOSED = Symbol('output closed')

/**
 * Runs the action of a command: reads the settings, connects, prints what went wrong, and closes.
 *
 * @returns the exit code.
 */
export const runAction = async <Arguments extends readonly unknown[]>(
  surroundings: Surroundings,
  command: Command,
  action: Action<Arguments>,
  args: Arguments,
): Promise<ExitCode> => {
  const closed = new AbortController()
  const flags = programOf(command).opts<GlobalFlags>()
  const { stdout, stderr, env } = surroundings
  const output = new Output({
    stdout,
    stderr,
    json: flags.json === true,
    onClosed: () => closed.abort(OUTPUT_CLOSED),
    signal: surroundings.signal,
  })
  const signal = AbortSignal.any([surroundings.signal, closed.signal])
  let connection: Connection | undefined
  let call: Call | undefined
  try {
    connection = new Connection(await readSettings(surroundings.folder, flags), env)
    call = { connection, output, signal, surroundings, resumeHint: undefined }
    return (await action(call, ...args)) ?? ExitCode.OK
  } catch (error) {
    if (closed.signal.aborted) return ExitCode.OK
    const cause = surroundings.signal.aborted ? new InterruptedError() : error
    const { text, exitCode } = describeError(cause, env)
    output.note(`dynact: ${text}`)
    if (call?.resumeHint !== undefined && exitCode !== ExitCode.USAGE) output.note(call.resumeHint)
    return exitCode
  } finally {
    output.endProgress()
    await connection?.close()
  }
}

/** The options that every command takes are the program's. */
const programOf = (command: Command): Command => (command.parent === null ? command : programOf(command.parent))
