import { isPersistenceError } from '@dynact/persistence'
import { CliError } from './cli-error.js'
import { ExitCode } from './exit-code.js'

const NAMED_ERRORS = new Set(['EmbeddedDynamoDBError'])

/** What to do about an error of DynamoDB's or the SDK's, by its name: its own advice is for those who write programs. */
const ADVICE: Readonly<Record<string, string>> = {
  ResourceNotFoundException:
    'Check --table, --snapshot-table, --region and --endpoint, or make the tables by: dynact tables create. Where there are no snapshots, export and verify take --no-snapshots.',
  ValidationException:
    'The table may not be one of ours: dynact tables check says so. --table is that of events, --snapshot-table that of snapshots.',
  CredentialsProviderError: 'Give --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID.',
  'Region is missing': 'Give --region, or set AWS_REGION.',
  InvalidResponseError: 'Check --endpoint, and what stands between this machine and DynamoDB.',
  AbortError: 'Check the network to DynamoDB.',
  TimeoutError: 'Check the network to DynamoDB.',
}

const causes = function* (error: unknown): Generator<Error> {
  for (let next = error; next instanceof Error; next = next.cause) yield next
}

/** The advice in the text that is for programs. */
const adviceIn = (error: Error): string => {
  const failure: unknown = 'failure' in error ? error.failure : undefined
  const isFailure = typeof failure === 'object' && failure !== null && 'advice' in failure
  return isFailure && typeof failure.advice === 'string' ? failure.advice : ''
}

/** The error's own words, with what a user of the command can do. */
const adviced = (error: Error): string => {
  let foreign = ''
  for (const one of causes(error)) {
    foreign = adviceIn(one) || foreign
    const advice = ADVICE[one.name] ?? ADVICE[one.message]
    if (advice === undefined) continue
    if (foreign !== '' && error.message.includes(foreign)) return error.message.replace(foreign, () => advice)
    return `${error.message}\n${advice}`
  }
  return error.message
}

/** What to print for an error, and how to end. A stack trace only for what is a mistake of the command's own, and on demand. */
export const describeError = (error: unknown, env: NodeJS.ProcessEnv): { text: string; exitCode: ExitCode } => {
  const exitCode = error instanceof CliError ? error.exitCode : ExitCode.FAILURE
  if (!(error instanceof Error)) return { text: String(error), exitCode }
  if (env['DYNACT_DEBUG'] !== undefined) return { text: error.stack ?? error.message, exitCode }
  const isSystemError = 'syscall' in error
  if (error instanceof CliError || isPersistenceError(error) || NAMED_ERRORS.has(error.name) || isSystemError)
    return { text: adviced(error), exitCode }
  const text = `${error.name}: ${adviced(error)}\nSet DYNACT_DEBUG=1 to see where it comes from.`
  return { text, exitCode }
}
