import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { z } from 'zod'
import { EmbeddedDynamoDBError } from './embedded-dynamodb-error.js'
import { openEmbeddedFolder } from './embedded-folder.js'

/** Where an embedded DynamoDB keeps its tables and listens. */
export interface EmbeddedDynamoDBOptions {
  /**
   * A folder to keep the tables in; it is made if it is missing. What was acknowledged survives the end of the process,
   * `kill -9` included (not a power cut: writes are not synced to the disk). One process at a time.
   * @defaultValue none: the tables live in memory
   */
  readonly path?: string | undefined
  /**
   * TCP port on 127.0.0.1; `0` takes a free one.
   * @defaultValue `0`
   */
  readonly port?: number | undefined
}

/** A running embedded DynamoDB. */
export interface EmbeddedDynamoDB extends AsyncDisposable {
  /** Its address, `http://127.0.0.1:<port>`. */
  readonly endpoint: string
  /** A client of it, with made-up credentials and region; `stop` destroys it. `config` is added, `endpoint` excepted. */
  client(config?: DynamoDBClientConfig): DynamoDBClient
  /** Ends it: what was accepted is finished, the folder is free again. Idempotent. */
  stop(): Promise<void>
}

const optionsSchema = z.strictObject({
  path: z.string().min(1).optional(),
  port: z.int().min(0).max(65_535).default(0),
})

// Long enough for any request to dynalite; a client that holds its connection longer is cut off.
const STOP_GRACE_MS = 2_000

const listen = (server: Server, port: number) =>
  new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })

const close = (server: Server) =>
  new Promise<void>((resolve, reject) => {
    const cutOff = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS)
    server.close((error) => {
      clearTimeout(cutOff)
      if (error) reject(error)
      else resolve()
    })
    server.closeIdleConnections()
  })

const importPackages = async () => {
  try {
    const [{ DynamoDBClient }, { default: dynalite }] = await Promise.all([
      import('@aws-sdk/client-dynamodb'),
      import('dynalite'),
    ])
    return { DynamoDBClient, dynalite }
  } catch (error) {
    throw new EmbeddedDynamoDBError(
      'MISSING_PACKAGE',
      'The embedded DynamoDB needs the package @aws-sdk/client-dynamodb: npm install --save-dev @aws-sdk/client-dynamodb',
      error,
    )
  }
}

/**
 * Starts a DynamoDB inside this process, in pure JavaScript (dynalite): for tests, examples and first steps, on loopback only.
 *
 * It knows tables, items, conditions, queries and batches. It lacks transactions, PartiQL, TTL, streams and
 * `ReturnValuesOnConditionCheckFailure`; for those, use DynamoDB Local.
 *
 * @example
 * ```ts
 * await using dynamodb = await startEmbeddedDynamoDB({ path: '.dynact' })
 * await createJournalTable(dynamodb.client())
 * ```
 * @throws {@link EmbeddedDynamoDBError} `FOLDER_IN_USE`: another process has the folder; `FOLDER_UNUSABLE`; `PORT_UNAVAILABLE`;
 * `BAD_OPTIONS`; `MISSING_PACKAGE`: the optional peer `@aws-sdk/client-dynamodb` is not installed.
 */
export const startEmbeddedDynamoDB = async (options: EmbeddedDynamoDBOptions = {}): Promise<EmbeddedDynamoDB> => {
  const parsed = optionsSchema.safeParse(options)
  if (!parsed.success) {
    const mistakes = z.prettifyError(parsed.error)
    throw new EmbeddedDynamoDBError(
      'BAD_OPTIONS',
      `startEmbeddedDynamoDB: these options are not usable:\n${mistakes}`,
      parsed.error,
    )
  }
  const { path, port } = parsed.data
  const { DynamoDBClient, dynalite } = await importPackages()
  const folder = path === undefined ? undefined : await openEmbeddedFolder(path)

  const server = dynalite({
    ...(folder === undefined ? {} : { path: folder.dataPath }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  })
  // dynalite rethrows the error of a request whose client went away, which would end this process.
  server.on('request', (request) => request.removeAllListeners('error').on('error', () => {}))
  // Never: closing an idle connection races with a client that is about to reuse it.
  server.keepAliveTimeout = 0

  let endpoint: string
  try {
    endpoint = `http://127.0.0.1:${await listen(server, port)}`
  } catch (error) {
    // dynalite closes its database only together with a server that listens.
    await listen(server, 0)
    await close(server)
    await folder?.release()
    const reason = error instanceof Error ? error.message : String(error)
    throw new EmbeddedDynamoDBError(
      'PORT_UNAVAILABLE',
      `Port ${port} on 127.0.0.1 can't be had: ${reason}. Leave the port out to take a free one.`,
      error,
    )
  }

  const clients: DynamoDBClient[] = []
  let stopped: Promise<void> | undefined
  const shutDown = async () => {
    for (const client of clients) client.destroy()
    await close(server)
    await folder?.release()
  }
  const stop = () => {
    stopped ??= shutDown()
    return stopped
  }
  return {
    endpoint,
    client: (config = {}) => {
      const credentials = { accessKeyId: 'embedded', secretAccessKey: 'embedded' }
      const client = new DynamoDBClient({ region: 'us-east-1', credentials, ...config, endpoint })
      clients.push(client)
      return client
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
