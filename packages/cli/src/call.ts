import type { Readable } from 'node:stream'
import type { Connection } from './connection.js'
import type { Output, TextStream } from './output.js'

/** What surrounds a run of the command: handed in, so that nothing is global. */
export interface Surroundings {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined }
  readonly stdout: TextStream
  readonly stderr: TextStream
  readonly env: NodeJS.ProcessEnv
  /** Where config files are looked for, and relative paths begin. */
  readonly folder: string
  /** Ctrl-C, or SIGTERM: aborts with an InterruptedError. */
  readonly signal: AbortSignal
}

/** What a command works with. */
export interface Call {
  readonly connection: Connection
  readonly output: Output
  /** Ctrl-C, or nobody reads any more what is printed. */
  readonly signal: AbortSignal
  readonly surroundings: Surroundings
  /** How to go on: the whole command line once more, with these options (`--from`, say) as they are to be now. */
  readonly again: (options: Readonly<Record<string, string | true>>) => string
  /** How to go on after an interruption or a failure, for the message of it. Long work keeps it up to date. */
  resumeHint: string | undefined
}
