import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { UserError } from './user-error.js'

export const HELP = `Stock ledger: persistent actors take in real share prices, are killed half-way and lose nothing.

Usage: npm start [-- <options>]

  --reset          forget everything first: wipes the embedded database
  --data <folder>  where the embedded database is kept (default: .dynact in the example's folder)
  --help           show this

Without further ado it uses an embedded DynamoDB in a folder. The environment can choose another one:

  DYNAMODB_ENDPOINT=http://localhost:8000   DynamoDB Local, or whatever answers there
  DYNACT_AWS=1                              AWS, with the usual AWS_REGION, AWS_PROFILE, ... (less than a cent)

A second start goes on where the first one stopped.`

export interface CommandLine {
  readonly help: boolean
  readonly reset: boolean
  readonly folder: string
}

/** @throws {@link UserError} an option is unknown or lacks its value. */
export const parseCommandLine = (args: readonly string[]): CommandLine => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        reset: { type: 'boolean', default: false },
        data: { type: 'string', default: fileURLToPath(new URL('../.dynact', import.meta.url)) },
      },
    })
    return { help: values.help, reset: values.reset, folder: values.data }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UserError(`${reason}. npm start -- --help shows what there is.`, { cause: error })
  }
}
