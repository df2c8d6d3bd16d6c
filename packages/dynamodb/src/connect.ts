import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { Limiter } from './limiter.js'
import { Requests } from './requests.js'
import type { RetryOptions } from './retry.js'
import { SdkTransport } from './transport/sdk-transport.js'

/** What {@link connect} takes: options that a package's config has checked. */
export interface ConnectOptions {
  readonly client?: DynamoDBClient | undefined
  readonly clientConfig?: DynamoDBClientConfig | undefined
  readonly maxConnections: number
  readonly retry: RetryOptions
}

/** Opens the way to DynamoDB. A client made here retries nothing by itself, since {@link Requests} does. */
export const connect = ({ client, clientConfig, maxConnections, retry }: ConnectOptions): Requests => {
  const transport =
    client === undefined
      ? new SdkTransport(
          new DynamoDBClient({
            maxAttempts: 1,
            requestHandler: { httpsAgent: agent(maxConnections), httpAgent: agent(maxConnections) },
            ...clientConfig,
          }),
          true,
        )
      : new SdkTransport(client, false)
  return new Requests({ transport, limiter: new Limiter({ slots: maxConnections, maxQueued: 10_000 }), retry })
}

const agent = (maxSockets: number) => ({ maxSockets, keepAlive: true })
