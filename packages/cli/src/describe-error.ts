import { isPersistenceError } from '@dynact/persistence'
import { CliError } from './cli-error.js'
import { ExitCode } from './exit-code.js'

const NAMED_ERRORS = new Set(['EmbeddedDynamoDBError'])

const causes = function* (error: unknown): Generator<Error> {
  for (let next = error; next instanceof Error; next = next.cause) yield next
}

/** What to do about it, where the error, made for programs, does not say it in the command's own words. */
const hintFor = (error: unknown): string => {
  for (const { name } of causes(error)) {
    if (name === 'ResourceNotFoundException')
      return '\nCheck --table, --snapshot-table, --region and --endpoint, or make the tables by: dynact tables create. Where there are no snapshots, export and verify take --no-snapshots.'
    if (name === 'CredentialsProviderError') return '\nGive --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID.'
  }
  return ''
}

/** What to print for an error, and how to end. A stack trace only for what is a mistake of the command's own, and on demand. */
export const describeError = (error: unknown, env: NodeJS.ProcessEnv): { text: string; exitCode: ExitCode } => {
  const exitCode = error instanceof CliError ? error.exitCode : ExitCode.FAILURE
  if (!(error instanceof Error)) return { text: String(error), exitCode }
  if (env['DYNACT_DEBUG'] !== undefined) return { text: error.stack ?? error.message, exitCode }
  const isSystemError = 'syscall' in error
  if (error instanceof CliError || isPersistenceError(error) || NAMED_ERRORS.has(error.name) || isSystemError)
    return { text: `${error.message}${hintFor(error)}`, exitCode }
  const text = `${error.name}: ${error.message}${hintFor(error)}\nSet DYNACT_DEBUG=1 to see where it comes from.`
  return { text, exitCode }
}
