import { randomUUID } from 'node:crypto'
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'

/** Client settings of the emulator that this run of the tests has started. Throws for any endpoint off this machine. */
export function testClientConfig(): DynamoDBClientConfig & { endpoint: string } {
  const endpoint = process.env['DYNACT_TEST_ENDPOINT']
  if (endpoint === undefined)
    throw new Error('No DynamoDB is running: it is there for *.int, *.conformance and *.interop tests only.')
  if (!['127.0.0.1', '[::1]', 'localhost'].includes(new URL(endpoint).hostname))
    throw new Error(`The tests write and delete tables and run on this machine only, not on ${endpoint}.`)
  return { endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
}

/** The transport that DYNACT_TEST_TRANSPORT names for this run of the tests; none: what a user gets by default. */
export const testTransport = process.env['DYNACT_TEST_TRANSPORT'] as 'direct' | 'sdk' | undefined

/** A table of its own for every test file, so that files can run side by side. */
export function uniqueTableName(prefix = 'test'): string {
  return `${prefix}-${randomUUID()}`
}

/** Whether the tests run on DynamoDB Local; otherwise it is dynalite, see {@link requiresRealDynamoDB}. */
export const onRealDynamoDB = process.env['DYNACT_TEST_EMULATOR'] !== 'dynalite'

/** A test of what dynalite cannot do; there it is reported as skipped, with the reason. */
export function requiresRealDynamoDB(name: string, run: () => Promise<void>, timeoutMs?: number): void {
  if (onRealDynamoDB) test(name, run, timeoutMs)
  else
    test.skip(
      `${name} [needs DynamoDB Local: dynalite lacks transactions, PartiQL, ReturnValuesOnConditionCheckFailure]`,
      run,
    )
}
