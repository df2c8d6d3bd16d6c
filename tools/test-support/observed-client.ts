import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  type FaultProxy,
  fates,
  type ProxiedRequest,
  type Fate as ProxyFate,
  type ServiceFault,
  serviceFault,
  startFaultProxy,
} from '@dynact/testkit'
import { testClientConfig } from './index.js'

/** One request that was sent, in the order of arrival. */
export interface ObservedRequest {
  /** PutItem, Query, … */
  readonly operation: string
  /** With binary values as bytes. */
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of all commands.
  readonly input: any
  /** What DynamoDB answered, with binary values as bytes; undefined until it has, and when that was an error. */
  // biome-ignore lint/suspicious/noExplicitAny: the outputs of all commands.
  readonly output: any
  /** The request as it came over the wire. */
  readonly proxied: ProxiedRequest
}

/** How a request fails: by an error of DynamoDB's, or because the connection is reset. */
export type Failure = ServiceFault | 'reset'

/** What happens to a request: it goes through, fails without being carried out, is carried out and its answer lost, or else. */
export type Fate = 'pass' | { readonly fail: Failure } | { readonly loseAnswer: Failure } | ProxyFate

/** An error as DynamoDB would name it. */
export const serviceError = serviceFault

/** From the n-th request on nothing is carried out any more: what a dead process would have left behind. */
export const diesBefore =
  (n: number) =>
  (_: ObservedRequest, index: number): Fate =>
    index < n ? 'pass' : { fail: serviceError('AccessDeniedException', 'the process is dead') }

/** A client whose requests a test can see and let fail: between it and DynamoDB stands a fault proxy. Retries nothing. */
export class ObservedClient {
  /** All requests, or those since the test emptied the list. */
  readonly requests: ObservedRequest[] = []
  /** Decides on every request; the index is that in `requests`. */
  fateOf: (request: ObservedRequest, index: number) => Fate = () => 'pass'
  #proxy: FaultProxy | undefined
  #client: DynamoDBClient | undefined

  /** What a client of one's own needs to send its requests here too. */
  get clientConfig(): ReturnType<typeof testClientConfig> {
    return { ...testClientConfig(), endpoint: this.#started(this.#proxy).endpoint }
  }

  get client(): DynamoDBClient {
    return this.#started(this.#client)
  }

  async start(): Promise<void> {
    const { endpoint: target } = testClientConfig()
    this.#proxy = await startFaultProxy({ target, fateOf: (request) => this.#decide(request) })
    this.#client = new DynamoDBClient({ ...this.clientConfig, maxAttempts: 1 })
  }

  async stop(): Promise<void> {
    this.#client?.destroy()
    await this.#proxy?.stop()
  }

  #started<T>(part: T | undefined): T {
    if (part === undefined) throw new Error('The observed client has not been started: do so in beforeAll.')
    return part
  }

  #decide(proxied: ProxiedRequest): ProxyFate {
    const request = observed(proxied)
    const fate = this.fateOf(request, this.requests.push(request) - 1)
    if (fate === 'pass') return fates.pass
    if ('fail' in fate) return fate.fail === 'reset' ? fates.reset : fates.refuse(fate.fail)
    if ('loseAnswer' in fate) return fates.loseAnswer(fate.loseAnswer)
    return fate
  }
}

export const observedClient = (): ObservedClient => new ObservedClient()

/** Decodes when it is looked at, which most requests are not. */
const observed = (proxied: ProxiedRequest): ObservedRequest => {
  let input: unknown
  let output: unknown
  return {
    operation: proxied.operation,
    get input() {
      input ??= withBytes(proxied.input)
      return input
    },
    get output() {
      if (proxied.answer?.status === 200) output ??= withBytes(proxied.answer.output)
      return output
    },
    proxied,
  }
}

/** Binary values, base64 on the wire, as the bytes that a client gives and gets. */
const withBytes = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withBytes)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (name === 'B' && typeof member === 'string') return [name, bytesOf(member)]
      if (name === 'BS' && Array.isArray(member)) return [name, member.map(bytesOf)]
      return [name, withBytes(member)]
    }),
  )
}

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))
