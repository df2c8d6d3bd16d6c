import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EmbeddedDynamoDBError, type EmbeddedDynamoDBErrorCode, startEmbeddedDynamoDB } from '@dynact/testkit'
import { UserError } from './user-error.js'

/** The DynamoDB of this run. The rest of the program does not care which one it is. */
export interface Database {
  /** `embedded`: in this process, on a folder of its own. `remote`: anything else. */
  readonly kind: 'embedded' | 'remote'
  /** Which one it is, for the user. */
  readonly title: string
  readonly client: DynamoDBClient
  close(): Promise<void>
}

const isEmbeddedError = (error: unknown, code: EmbeddedDynamoDBErrorCode) =>
  error instanceof EmbeddedDynamoDBError && error.code === code

const WAIT_FOR_FOLDER_MS = 30_000

/** A start that was cut off may have left a process behind that still finishes its work in the folder. */
const startEmbedded = async (path: string) => {
  const deadline = Date.now() + WAIT_FOR_FOLDER_MS
  for (let round = 0; ; round++) {
    try {
      return await startEmbeddedDynamoDB({ path })
    } catch (error) {
      if (!isEmbeddedError(error, 'FOLDER_IN_USE') || Date.now() > deadline) throw error
      if (round === 0) console.log(`Another process uses ${path}; waiting for it to end ...`)
      await sleep(200)
    }
  }
}

const openEmbedded = async (folder: string): Promise<Database> => {
  const path = resolve(folder, 'database')
  const embedded = await startEmbedded(path)
  return { kind: 'embedded', title: `embedded, in ${path}`, client: embedded.client(), close: () => embedded.stop() }
}

const openEndpoint = async (endpoint: string): Promise<Database> => {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new UserError(`DYNAMODB_ENDPOINT is ${endpoint}, which is no address. Example: http://localhost:8000`)
  if (url.hostname.endsWith('.amazonaws.com'))
    throw new UserError('DYNAMODB_ENDPOINT is for DynamoDB Local. For AWS itself, unset it and set DYNACT_AWS=1.')
  try {
    await fetch(url, { signal: AbortSignal.timeout(5_000) })
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new UserError(
      `Nothing answers at DYNAMODB_ENDPOINT=${endpoint} (${reason}). ` +
        'Start DynamoDB Local there, or unset DYNAMODB_ENDPOINT to use the embedded database.',
      { cause: error },
    )
  }
  // Made up on purpose: an address that someone typed must not get to see real credentials.
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials })
  return { kind: 'remote', title: `DynamoDB at ${endpoint}`, client, close: async () => client.destroy() }
}

const openAws = async (): Promise<Database> => {
  const client = new DynamoDBClient()
  try {
    const region = await client.config.region()
    const { accountId, accessKeyId } = await client.config.credentials()
    const owner = accountId ?? `of access key ${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-4)}`
    const title = `AWS, region ${region}, account ${owner}`
    return { kind: 'remote', title, client, close: async () => client.destroy() }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UserError(
      `DYNACT_AWS=1 asks for AWS, but: ${reason}. ` +
        'Set AWS_REGION, and AWS_PROFILE or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY.',
      { cause: error },
    )
  }
}

/** Credentials alone never lead to AWS: many a shell has some lying around. */
const choose = (env: NodeJS.ProcessEnv): 'aws' | { endpoint: string } | 'embedded' => {
  const { DYNAMODB_ENDPOINT: endpoint, DYNACT_AWS: aws = '' } = env
  if (!['', '0', '1'].includes(aws)) throw new UserError(`DYNACT_AWS is ${aws}: 1 means yes, nothing means no.`)
  if (aws === '1' && endpoint) throw new UserError('DYNACT_AWS and DYNAMODB_ENDPOINT are both set. Unset one of them.')
  if (aws === '1') return 'aws'
  return endpoint ? { endpoint } : 'embedded'
}

/**
 * Opens the DynamoDB that the environment asks for: the one at `DYNAMODB_ENDPOINT`, AWS if `DYNACT_AWS=1`, else an embedded
 * one in a folder.
 *
 * @throws {@link UserError} the environment contradicts itself or names what can't be had.
 * @throws {@link EmbeddedDynamoDBError} the folder can't be used.
 */
export const openDatabase = async (folder: string, env: NodeJS.ProcessEnv): Promise<Database> => {
  const choice = choose(env)
  if (choice === 'aws') return openAws()
  if (choice !== 'embedded') return openEndpoint(choice.endpoint)
  const { AWS_PROFILE: profile, AWS_ACCESS_KEY_ID: key } = env
  if (profile || key) console.log('AWS credentials are set, but stay unused: only DYNACT_AWS=1 chooses AWS.')
  return openEmbedded(folder)
}

/**
 * Wipes the embedded database, and what was acknowledged with it.
 *
 * @throws {@link UserError} the environment asks for another database: deleting tables there is not for an example to do.
 */
export const wipeDatabase = async (folder: string, env: NodeJS.ProcessEnv): Promise<void> => {
  if (choose(env) !== 'embedded')
    throw new UserError(
      '--reset wipes the embedded database only. Unset DYNAMODB_ENDPOINT and DYNACT_AWS, or delete the tables yourself.',
    )
  const path = resolve(folder, 'database')
  try {
    await (await startEmbedded(path)).stop()
  } catch (error) {
    // Damaged: one more reason to wipe it.
    if (!isEmbeddedError(error, 'FOLDER_UNUSABLE')) throw error
  }
  await rm(path, { recursive: true, force: true })
  await rm(join(folder, 'acknowledged-embedded.log'), { force: true })
}
