import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { Limiter } from './limiter.js'
import { Requests } from './requests.js'
import type { RetryOptions } from './retry.js'
import { chooseTransport, type TransportName } from './transport/choose-transport.js'

/** What {@link connect} takes: options that a package's config has checked. */
export interface ConnectOptions {
  readonly client?: DynamoDBClient | undefined
  readonly clientConfig?: DynamoDBClientConfig | undefined
  readonly maxConnections: number
  readonly retry: RetryOptions
  /** Left out: `'direct'`, unless the client needs the SDK. */
  readonly transport?: TransportName | undefined
  /** Is told what the user should know, in a sentence; once each. */
  readonly onNotice?: ((text: string) => void) | undefined
}

/**
 * Opens the way to DynamoDB. A client made here retries nothing by itself, since {@link Requests} does.
 *
 * @throws ConfigError - transport `'direct'` is wanted for a client that needs the SDK.
 */
export const connect = (options: ConnectOptions): Requests => {
  const { client, clientConfig, maxConnections, retry, transport: wanted, onNotice } = options
  const transport = chooseTransport({
    client: client ?? newClient(clientConfig, maxConnections),
    ownsClient: client === undefined,
    wanted,
    maxConnections,
    onNotice,
  })
  return new Requests(transport, new Limiter(maxConnections), retry)
}

const newClient = (config: DynamoDBClientConfig | undefined, maxSockets: number): DynamoDBClient => {
  const agent = { maxSockets, keepAlive: true }
  return new DynamoDBClient({ maxAttempts: 1, requestHandler: { httpsAgent: agent, httpAgent: agent }, ...config })
}
