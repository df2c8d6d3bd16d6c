import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { clientFrom, connect, type Logger, type Requests } from '@dynact/dynamodb'
import { type DynamoDBJournal, dynamoDBJournal, type JournalConfig } from '@dynact/journal-dynamodb'
import { ConfigError, type Serialization } from '@dynact/persistence'
import { type DynamoDBReadJournal, dynamoDBReadJournal, type ReadJournalConfig } from '@dynact/query-dynamodb'
import { type DynamoDBSnapshotStore, dynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import { UsageError } from './cli-error.js'
import { whyEmpty } from './inspect/why-empty.js'
import type { Settings } from './settings.js'

const MAX_CONNECTIONS = 50
/** A person, or a script that would only start again, waits longer than an actor. */
const RETRY = { attemptMs: 10_000, totalMs: 60_000, baseMs: 50, maxMs: 5_000 } as const

const isLoopback = (endpoint: string): boolean =>
  ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(endpoint).hostname)

/** What to make a client of. */
export const clientConfigOf = (
  { endpoint, region, profile }: Pick<Settings, 'endpoint' | 'region' | 'profile'>,
  env: NodeJS.ProcessEnv,
): DynamoDBClientConfig => {
  const isLocal = endpoint !== undefined && isLoopback(endpoint) && profile === undefined
  return {
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
    // DynamoDB Local and its like take any; nobody should need an account for them.
    ...(isLocal && region === undefined && env['AWS_REGION'] === undefined && { region: 'us-east-1' }),
    ...(isLocal &&
      env['AWS_ACCESS_KEY_ID'] === undefined && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  }
}

/** Options of a journal or store that differ from those of the settings. */
export interface StoreOptions {
  readonly serialization?: Serialization | undefined
  readonly table?: string | undefined
  readonly journalName?: string | undefined
}

/** The way to the tables: makes journals, stores and read journals on one client, and closes them together. */
export class Connection {
  readonly settings: Settings
  readonly #clientConfig: DynamoDBClientConfig
  readonly #logger: Logger
  readonly #open: { close(): Promise<void> }[] = []
  #client: DynamoDBClient | undefined

  /** @param logger - is told of requests that are sent again. */
  constructor(settings: Settings, env: NodeJS.ProcessEnv, logger: Logger) {
    this.settings = settings
    this.#logger = logger
    this.#clientConfig = clientConfigOf(settings, env)
  }

  get client(): DynamoDBClient {
    this.#client ??= clientFrom({ clientConfig: this.#clientConfig, maxConnections: MAX_CONNECTIONS })
    return this.#client
  }

  /** Of the journal's tables, and of whoever shares them. */
  get keys(): { readonly journalName: string; readonly sequenceShards: number } {
    const { journalName, sequenceShards } = this.settings
    return { journalName, sequenceShards }
  }

  /** Requests of one's own to a table. */
  requests(table: string): Requests {
    const bounds = { maxConnections: MAX_CONNECTIONS, maxQueued: 10_000, retry: RETRY }
    return this.#kept(() => connect({ client: this.client, table, logger: this.#logger, ...bounds }))
  }

  journal({ serialization, ...more }: StoreOptions & Pick<JournalConfig, 'distrust'> = {}): DynamoDBJournal {
    const { table, queries, serialization: configured } = this.settings
    const config = { ...this.#shared(serialization ?? configured), ...given({ table, queries }), ...given(more) }
    return this.#kept(() => dynamoDBJournal({ ...config, sequenceShards: this.settings.sequenceShards }))
  }

  snapshotStore({ serialization, ...more }: StoreOptions = {}): DynamoDBSnapshotStore {
    const { snapshotTable: table, snapshotSerialization, serialization: configured } = this.settings
    const config = this.#shared(serialization ?? snapshotSerialization ?? configured)
    return this.#kept(() => dynamoDBSnapshotStore({ ...config, table, ...given(more) }))
  }

  readJournal({
    serialization,
    ...more
  }: StoreOptions & Pick<ReadJournalConfig, 'pageSize'> = {}): DynamoDBReadJournal {
    const { table, queries, sequenceShards, serialization: configured } = this.settings
    const config = { ...this.#shared(serialization ?? configured), ...given({ table, queries }), ...given(more) }
    return this.#kept(() => dynamoDBReadJournal({ ...config, sequenceShards }))
  }

  /** Why nothing may be in the journal's table. */
  whyEmpty(signal: AbortSignal): Promise<string> {
    const { table, journalName } = this.settings
    return whyEmpty({ requests: this.requests(table), table, journalName, signal })
  }

  /** Closes all of them. */
  async close(): Promise<void> {
    await Promise.all(this.#open.map((one) => one.close()))
    this.#client?.destroy()
  }

  #shared(serialization: Serialization | undefined) {
    const { journalName } = this.settings
    return { client: this.client, journalName, retry: RETRY, logger: this.#logger, ...given({ serialization }) }
  }

  /** Options that come from the command line are the user's mistakes. */
  #kept<T extends { close(): Promise<void> }>(make: () => T): T {
    try {
      const made = make()
      this.#open.push(made)
      return made
    } catch (error) {
      if (error instanceof ConfigError) throw new UsageError(error.message, { cause: error })
      throw error
    }
  }
}

/** Without the options that are undefined. */
const given = <T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
