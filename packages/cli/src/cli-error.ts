import { ExitCode } from './exit-code.js'

/** Ends the command with a message and an exit code; no stack trace. */
export class CliError extends Error {
  override readonly name: string = 'CliError'
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode = ExitCode.FAILURE, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** The command line, or the config file, can't be used. Nothing was done. */
export class UsageError extends CliError {
  override readonly name: string = 'UsageError'

  constructor(message: string, options?: ErrorOptions) {
    super(message, ExitCode.USAGE, options)
  }
}

/** Ctrl-C, or SIGTERM: the reason that signals abort with. */
export class InterruptedError extends CliError {
  override readonly name: string = 'InterruptedError'

  constructor(exitCode: ExitCode = ExitCode.INTERRUPTED) {
    super('interrupted', exitCode)
  }
}
