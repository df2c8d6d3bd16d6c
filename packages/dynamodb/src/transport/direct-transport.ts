import { randomUUID } from 'node:crypto'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Pool } from 'undici'
import type { Abortable } from '../attempt-signal.js'
import { NeedsSdkError } from '../errors.js'
import { abortable } from './abortable.js'
import { connectionOptions } from './connection-options.js'
import { Destination } from './destination.js'
import { encodeInput } from './encode-input.js'
import { Exchange, type HttpResponse } from './exchange.js'
import { needOfSdk } from './need-of-sdk.js'
import { readResponse } from './read-response.js'
import { Renewed } from './renewed.js'
import type { ResponseMetadata } from './service-error.js'
import type { OperationName, Operations, Transport } from './transport.js'

/** From here on the clock is corrected. DynamoDB refuses signatures that are 5 minutes off. */
const MAX_SKEW_MS = 240_000
/** How long an idle connection is kept. When the server has just closed it, the request fails and is sent again. */
const KEEP_ALIVE_MS = 60_000

/** A destination and the connections to it. */
interface Route {
  readonly destination: Destination
  readonly pool: Pool
  readonly expiresMs: number
}

/**
 * Speaks DynamoDB's JSON protocol over connections of its own: the requests and answers of the SDK at a fraction of its CPU
 * time (docs/adr/0006). Where to, as whom and how, it learns from a client.
 */
export class DirectTransport implements Transport {
  readonly #client: DynamoDBClient
  readonly #ownsClient: boolean
  readonly #connectMs: number
  readonly #route = new Renewed((wasRefused) => this.#findRoute(wasRefused))
  #pool: { readonly origin: string; readonly connections: Pool } | undefined
  #correctsClock = true
  #isClosed = false

  /**
   * @param ownsClient - close() destroys the client.
   * @param connectMs - how long connecting may take, in milliseconds: less than an attempt, so that a request that could not be
   * sent is known not to have been.
   */
  constructor(client: DynamoDBClient, ownsClient: boolean, connectMs: number) {
    this.#client = client
    this.#ownsClient = ownsClient
    this.#connectMs = connectMs
  }

  /**
   * @throws {@link NeedsSdkError} the client does what only the SDK can do for it; nothing was sent.
   * @throws {@link InvalidResponseError} the answer is truncated, changed on its way, or not DynamoDB's.
   */
  async send<O extends OperationName>(
    operation: O,
    input: Operations[O]['input'],
    signal: Abortable,
  ): Promise<Operations[O]['output']> {
    signal.throwIfAborted()
    const found = this.#route.get(this.#now())
    const route = found instanceof Promise ? await abortable(found, signal) : found
    const body = Buffer.from(encodeInput(withToken(operation, input)))
    const sentAtMs = this.#now()
    const request = route.destination.request(`DynamoDB_20120810.${operation}`, body, sentAtMs)
    const response = await Exchange.run(route.pool, request, signal)
    try {
      return readResponse(response, this.#metadata(response, sentAtMs)) as Operations[O]['output']
    } catch (error) {
      if (error instanceof Error && error.name === 'ExpiredTokenException') this.#route.refuse(route)
      throw error
    }
  }

  close(): void {
    this.#isClosed = true
    this.#pool?.connections.destroy(() => undefined)
    if (this.#ownsClient) this.#client.destroy()
  }

  /** Epoch milliseconds as DynamoDB has them: the SDK and we correct the same clock. */
  #now(): number {
    return Date.now() + this.#client.config.systemClockOffset
  }

  /** Compares the clocks, too. */
  #metadata({ statusCode, headers }: HttpResponse, sentAtMs: number): ResponseMetadata {
    const requestId = headers['x-amzn-requestid']
    const metadata: ResponseMetadata = {
      httpStatusCode: statusCode,
      ...(typeof requestId === 'string' ? { requestId } : {}),
      attempts: 1,
    }
    const serverMs = Date.parse(headers.date ?? '')
    if (!this.#correctsClock || Number.isNaN(serverMs)) return metadata
    if (Math.abs(serverMs - this.#now()) >= MAX_SKEW_MS) this.#client.config.systemClockOffset = serverMs - Date.now()
    return Math.abs(serverMs - sentAtMs) >= MAX_SKEW_MS ? { ...metadata, clockSkewCorrected: true } : metadata
  }

  async #findRoute(wasRefused: boolean): Promise<Route> {
    const { config } = this.#client
    // Middleware may have been added since the client was handed over.
    const need = needOfSdk(this.#client)
    if (need !== undefined) throw new NeedsSdkError(need)
    if (wasRefused) await config.credentials({ forceRefresh: true })
    const destination = await Destination.of(this.#client)
    // Older versions of the SDK have no such option.
    this.#correctsClock = !(await config.disableClockSkewCorrection?.())
    return { destination, pool: await this.#connect(destination.origin), expiresMs: destination.expiresMs }
  }

  async #connect(origin: string): Promise<Pool> {
    if (this.#pool?.origin === origin) return this.#pool.connections
    // Takes as long to load as most of the SDK: a process that sends nothing itself does without.
    const { Pool } = await import('undici')
    // As many connections as there are requests: the limiter, which stores share, bounds these.
    const connections = new Pool(origin, {
      ...(await connectionOptions(this.#client, origin, this.#connectMs)),
      keepAliveTimeout: KEEP_ALIVE_MS,
      // The signal of each request sets its time.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    if (this.#isClosed) {
      connections.destroy(() => undefined)
      throw new Error('The transport has been closed.')
    }
    // An account's endpoint changes with the account: what is under way on the old one comes to its end.
    this.#pool?.connections.close(() => undefined)
    this.#pool = { origin, connections }
    return connections
  }
}

/** A transaction has a token, so that DynamoDB knows one that is sent twice: the SDK gives it one, too. */
const withToken = <O extends OperationName>(operation: O, input: Operations[O]['input']): Operations[O]['input'] =>
  operation === 'TransactWriteItems' && !('ClientRequestToken' in input)
    ? { ...input, ClientRequestToken: randomUUID() }
    : input
