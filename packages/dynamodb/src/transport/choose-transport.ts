import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ConfigError } from '@dynact/persistence'
import type { Abortable } from '../attempt-signal.js'
import { NeedsSdkError } from '../errors.js'
import { DirectTransport } from './direct-transport.js'
import { needOfSdk } from './need-of-sdk.js'
import { SdkTransport } from './sdk-transport.js'
import type { OperationName, Operations, Transport } from './transport.js'

/** Names of the transports. */
export type TransportName = 'direct' | 'sdk'

/** What {@link chooseTransport} decides on. */
export interface TransportOptions {
  readonly client: DynamoDBClient
  /** close() destroys the client. */
  readonly ownsClient: boolean
  /** Left out: direct, unless the client needs the SDK. */
  readonly wanted: TransportName | undefined
  /** How long connecting may take, in milliseconds. */
  readonly connectMs: number
  /** Is told, once, that and why the SDK carries the requests though nobody asked for it. */
  readonly onNotice: ((text: string) => void) | undefined
}

/**
 * The transport for a client: direct, but for a client that does what only the SDK can do for it.
 *
 * @throws {@link ConfigError} `'direct'` is wanted for such a client.
 */
export const chooseTransport = (options: TransportOptions): Transport => {
  const { client, ownsClient, wanted, connectMs } = options
  if (wanted === 'sdk') return new SdkTransport(client, ownsClient)
  const need = needOfSdk(client)
  if (wanted === 'direct') {
    if (need !== undefined)
      throw new ConfigError(
        `The client can't be carried by transport 'direct': ${need}. Leave transport out, or set 'sdk'.`,
      )
    return new DirectTransport(client, ownsClient, connectMs)
  }
  if (need === undefined) return new DirectUnlessNeeded(options)
  options.onNotice?.(notice(need))
  return new SdkTransport(client, ownsClient)
}

const notice = (need: string): string =>
  `The AWS SDK carries the requests to DynamoDB, at several times the CPU time of transport 'direct': ${need}. Set transport: 'sdk' if that is meant.`

/** Direct, until the first request shows that the client needs the SDK. */
class DirectUnlessNeeded implements Transport {
  readonly #options: TransportOptions
  #transport: Transport

  constructor(options: TransportOptions) {
    this.#options = options
    this.#transport = new DirectTransport(options.client, options.ownsClient, options.connectMs)
  }

  async send<O extends OperationName>(
    operation: O,
    input: Operations[O]['input'],
    signal: Abortable,
  ): Promise<Operations[O]['output']> {
    try {
      return await this.#transport.send(operation, input, signal)
    } catch (error) {
      if (!(error instanceof NeedsSdkError)) throw error
      return this.#sdk(error.message).send(operation, input, signal)
    }
  }

  close(): void {
    this.#transport.close()
  }

  #sdk(need: string): Transport {
    if (this.#transport instanceof DirectTransport) {
      this.#options.onNotice?.(notice(need))
      this.#transport = new SdkTransport(this.#options.client, this.#options.ownsClient)
    }
    return this.#transport
  }
}
