import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { Limiter, type LimiterOptions } from './limiter.js'
import type { ObservabilityOptions } from './observability.js'
import { Requests } from './requests.js'
import type { RetryOptions } from './retry.js'
import { chooseTransport, type TransportName } from './transport/choose-transport.js'
import { watch } from './watch.js'

/** What {@link connect} takes: options that a package's config has checked. */
export interface ConnectOptions extends ObservabilityOptions {
  readonly client?: DynamoDBClient | undefined
  readonly clientConfig?: DynamoDBClientConfig | undefined
  readonly maxConnections: number
  readonly maxQueued: number
  readonly retry: RetryOptions
  /** Left out: `'direct'`, unless the client needs the SDK. */
  readonly transport?: TransportName | undefined
}

/**
 * Opens the way to DynamoDB. A client made here retries nothing by itself, since {@link Requests} does. Stores on one client
 * share its limiter.
 *
 * @throws ConfigError - transport `'direct'` is wanted for a client that needs the SDK.
 */
export const connect = (options: ConnectOptions): Requests => {
  const { maxConnections, maxQueued, retry, transport: wanted, table, logger } = options
  const client = clientFrom(options)
  const transport = chooseTransport({
    client,
    ownsClient: options.client === undefined,
    wanted,
    connectMs: retry.attemptMs / 2,
    onNotice: (text) => logger?.info({ table }, text),
  })
  const limiter = limiterOf(client, { slots: maxConnections, maxQueued })
  return new Requests({ transport, limiter, retry, watcher: watch(options, limiter) })
}

/** A store's client: the user's own, or one made of its configuration, which whoever made it destroys. */
export const clientFrom = ({
  client,
  clientConfig,
  maxConnections,
}: Pick<ConnectOptions, 'client' | 'clientConfig' | 'maxConnections'>): DynamoDBClient =>
  client ?? newClient(clientConfig, maxConnections)

const newClient = (config: DynamoDBClientConfig | undefined, maxSockets: number): DynamoDBClient => {
  const agent = { maxSockets, keepAlive: true }
  return new DynamoDBClient({ maxAttempts: 1, requestHandler: { httpsAgent: agent, httpAgent: agent }, ...config })
}

const limiters = new WeakMap<DynamoDBClient, Limiter>()

const limiterOf = (client: DynamoDBClient, bounds: LimiterOptions): Limiter => {
  const shared = limiters.get(client)
  if (shared !== undefined) {
    shared.widen(bounds)
    return shared
  }
  const limiter = new Limiter(bounds)
  limiters.set(client, limiter)
  return limiter
}
