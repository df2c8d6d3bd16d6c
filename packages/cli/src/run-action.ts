import type { Command } from 'commander'
import type { Call, Surroundings } from './call.js'
import { CliError, InterruptedError } from './cli-error.js'
import { commandLineAgain } from './command-line-again.js'
import { Connection } from './connection.js'
import { describeError } from './describe-error.js'
import { ExitCode } from './exit-code.js'
import { Output } from './output.js'
import { reach } from './reach.js'
import { retryNotes } from './retry-notes.js'
import { type GlobalFlags, readSettings } from './settings.js'

/** What a command does. Gives the exit code if that is not 0. */
export type Action<Arguments extends readonly unknown[]> = (
  call: Call,
  ...args: Arguments
) => Promise<ExitCode | undefined> | Promise<void>

/** What an action needs. */
export interface Needs {
  /** `false`: it does without DynamoDB at the endpoint. */
  readonly endpoint?: boolean
}

/** The reason that everything stops with when nobody reads standard output any more. */
const OUTPUT_CLOSED = Symbol('output closed')

/** Why everything stops: what is not written would look like what is not there. */
const closedBy = (error: Error): unknown =>
  'code' in error && error.code === 'EPIPE'
    ? OUTPUT_CLOSED
    : new CliError(`Standard output can't be written: ${error.message}. What was printed is not complete.`, undefined, {
        cause: error,
      })

/** A run of the command. */
export interface Run {
  readonly surroundings: Surroundings
  /** The command line, without node and the script. */
  readonly args: readonly string[]
  readonly command: Command
  readonly needs: Needs | undefined
}

/**
 * Runs the action of a command: reads the settings, connects, prints what went wrong, and closes.
 *
 * @returns the exit code.
 */
export const runAction = async <Arguments extends readonly unknown[]>(
  { surroundings, args, command, needs }: Run,
  action: Action<Arguments>,
  given: Arguments,
): Promise<ExitCode> => {
  const closed = new AbortController()
  const flags = programOf(command).opts<GlobalFlags>()
  const { stdout, stderr, env } = surroundings
  const output = new Output({
    stdout,
    stderr,
    json: flags.json === true,
    onClosed: (error) => closed.abort(closedBy(error)),
    signal: surroundings.signal,
  })
  const signal = AbortSignal.any([surroundings.signal, closed.signal])
  // Not installed in the shell's path, npx alone finds it.
  const name = env['npm_lifecycle_event'] === 'npx' ? 'npx dynact' : 'dynact'
  const again: Call['again'] = (options) => `Go on with: ${name} ${commandLineAgain(args, command, options)}`
  let connection: Connection | undefined
  let call: Call | undefined
  try {
    const settings = await readSettings(surroundings.folder, flags)
    connection = new Connection(settings, env, retryNotes(output))
    if (needs?.endpoint !== false && settings.endpoint !== undefined) await reach(settings.endpoint, signal)
    call = { connection, output, signal, surroundings, again, resumeHint: undefined }
    const exitCode = (await action(call, ...given)) ?? ExitCode.OK
    await output.flushed()
    closed.signal.throwIfAborted()
    return exitCode
  } catch (error) {
    if (closed.signal.reason === OUTPUT_CLOSED) return ExitCode.OK
    const cause = surroundings.signal.aborted ? interruptionOf(surroundings.signal) : (closed.signal.reason ?? error)
    const { text, exitCode } = describeError(cause, env)
    output.note(`dynact: ${text}`)
    if (call?.resumeHint !== undefined && exitCode !== ExitCode.USAGE) output.note(call.resumeHint)
    return exitCode
  } finally {
    output.endProgress()
    await connection?.close()
  }
}

const interruptionOf = ({ reason }: AbortSignal): InterruptedError =>
  reason instanceof InterruptedError ? reason : new InterruptedError()

/** The options that every command takes are the program's. */
const programOf = (command: Command): Command => (command.parent === null ? command : programOf(command.parent))
