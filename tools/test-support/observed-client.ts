import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { testClientConfig } from './index.js'

/** One request on its way to DynamoDB, in the order of sending. */
export interface ObservedRequest {
  /** PutItem, Query, … */
  readonly operation: string
  /** What is changed here is sent so. */
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of all commands.
  readonly input: any
  /** The answer, once it has come; not that of a request that failed. */
  // biome-ignore lint/suspicious/noExplicitAny: the outputs of all commands.
  output?: any
}

/** What happens to a request: it goes through, fails without having been sent, or is carried out and its answer lost. */
export type Fate = 'pass' | { readonly fail: Error } | { readonly loseAnswer: Error }

/** A client whose requests a test can see and let fail, by a server between it and DynamoDB: whatever the transport. */
export interface ObservedClient {
  /** Closes the server, too, when it is destroyed. */
  readonly client: DynamoDBClient
  readonly requests: ObservedRequest[]
  /** Decides on every request; the index counts from 0. */
  fateOf: (request: ObservedRequest, index: number) => Fate
  /** Holds an answer of DynamoDB's back until it resolves. */
  beforeAnswer: (request: ObservedRequest) => Promise<void>
}

/** An error as the service would name it; a TimeoutError is a connection that ends without an answer. */
export const serviceError = (name: string, message = name): Error => Object.assign(new Error(message), { name })

/** From the n-th request on nothing is sent any more: what a dead process would have left behind. */
export const diesBefore =
  (n: number) =>
  (_: ObservedRequest, index: number): Fate =>
    index < n ? 'pass' : { fail: serviceError('AccessDeniedException', 'the process is dead') }

export const observedClient = (): ObservedClient => {
  const agent = new Agent({ keepAlive: true })
  const server = createServer((incoming, outgoing) => {
    // An aborted request has nobody to tell.
    pass(observed, agent, incoming, outgoing).catch(() => outgoing.destroy())
  })
  // A client is not to find that a connection has just been closed.
  server.keepAliveTimeout = 0
  const listening = new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
  const endpoint = async () => ({ protocol: 'http:', hostname: '127.0.0.1', port: await listening, path: '/' })
  const client = new DynamoDBClient({ ...testClientConfig(), endpoint, maxAttempts: 1 })
  client.destroy = () => {
    DynamoDBClient.prototype.destroy.call(client)
    server.close()
    server.closeAllConnections()
    agent.destroy()
  }
  const observed: ObservedClient = { client, requests: [], fateOf: () => 'pass', beforeAnswer: async () => {} }
  return observed
}

const pass = async (observed: ObservedClient, agent: Agent, incoming: IncomingMessage, outgoing: ServerResponse) => {
  const operation = String(incoming.headers['x-amz-target']).replace('DynamoDB_20120810.', '')
  const request: ObservedRequest = { operation, input: parse(await bodyOf(incoming)) }
  // A client that gave up has closed the connection by now; the test that it belonged to may be over.
  await setImmediate()
  if (outgoing.destroyed) return
  const fate = observed.fateOf(request, observed.requests.push(request) - 1)
  if (fate !== 'pass' && 'fail' in fate) return fail(outgoing, fate.fail)
  const answer = await forward(agent, incoming, stringify(request.input))
  const body = await bodyOf(answer)
  if (fate !== 'pass') return fail(outgoing, fate.loseAnswer)
  if (answer.statusCode === 200) request.output = parse(body)
  await observed.beforeAnswer(request)
  const { 'transfer-encoding': _, connection: __, ...headers } = answer.headers
  outgoing.writeHead(answer.statusCode ?? 500, { ...headers, 'content-length': body.length }).end(body)
}

const forward = (agent: Agent, { headers }: IncomingMessage, body: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const length = Buffer.byteLength(body)
    const options = { agent, method: 'POST', headers: { ...headers, 'content-length': length } }
    httpRequest(testClientConfig().endpoint, options, resolve).on('error', reject).end(body)
  })

const fail = (outgoing: ServerResponse, { name, message }: Error): void => {
  if (name === 'TimeoutError') outgoing.destroy()
  else
    outgoing
      .writeHead(name === 'InternalServerError' ? 500 : 400, { 'content-type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message }))
}

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => Buffer.concat(await message.toArray())

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))

const parse = (body: Buffer): unknown =>
  JSON.parse(body.toString(), (name, value) => {
    if (name === 'B' && typeof value === 'string') return bytesOf(value)
    return name === 'BS' && Array.isArray(value) && typeof value[0] === 'string' ? value.map(bytesOf) : value
  })

const stringify = (input: unknown): string =>
  JSON.stringify(input, (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value))
